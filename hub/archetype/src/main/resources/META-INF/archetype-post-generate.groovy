// Of the two ways only the one that was asked for stays.
def project = new File(request.outputDirectory, request.artifactId)
def other = request.properties['kind'] == 'source' ? 'a-delivery-arrives' : 'a-file-is-taken'
new File(project, 'src/main/resources/META-INF/stellwerk/selftest/' + other).deleteDir()
