package de.stellwerk.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder this was built in: routes, config and the built jars. */
public record Checkout(Path folder) {

    private static final String VERSION = "0.1.0";
    private static final String OFFERS = "src/main/resources/META-INF/services/de.stellwerk.hub.spi.ConnectorFactory";
    private static final List<String> PLUGINS = List.of(
            "epaybl", "file-drop", "finance-fixed", "secure-mailbox", "trade-register-csv", "trade-register-xml");

    /** Looks for it from a folder upwards. */
    public static Checkout above(Path start) {
        for (var folder = start.toAbsolutePath().normalize(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("hub/server")) && Files.isDirectory(folder.resolve("plugins"))) {
                return new Checkout(folder);
            }
        }
        throw new IllegalStateException("no checkout of Stellwerk at or above " + start);
    }

    public Path hubJar() {
        return folder.resolve("hub/server/target/stellwerk-server-" + VERSION + ".jar");
    }

    /** The built program of the AS4 access point; its libraries lie beside it. */
    public Path accessPoint() {
        return folder.resolve("samples/as4/target/stellwerk-samples-as4-" + VERSION + ".jar");
    }

    Path hubLibraries() {
        return folder.resolve("hub/server/target/lib");
    }

    /** The built jars of the sample's plugins; the artifact may carry a prefix, so the folder is looked into. */
    public List<Path> plugins() throws IOException {
        var found = new ArrayList<Path>();
        for (var name : PLUGINS) {
            jar(name).ifPresent(found::add);
        }
        return found;
    }

    /**
     * The built jar of a plugin that the sample town itself does not use.
     *
     * @throws IOException if it has not been built
     */
    public Path plugin(String name) throws IOException {
        return jar(name).orElseThrow(() -> new IOException("plugins/" + name + " is not built yet"));
    }

    /**
     * The built jar of every plugin there is.
     *
     * @throws IOException if one has not been built
     */
    public List<Path> everyPlugin() throws IOException {
        var found = new ArrayList<Path>();
        try (var folders = Files.newDirectoryStream(folder.resolve("plugins"), Files::isDirectory)) {
            for (var each : folders) {
                if (Files.exists(each.resolve(OFFERS))) {
                    found.add(plugin(String.valueOf(each.getFileName())));
                }
            }
        }
        return found;
    }

    private Optional<Path> jar(String name) throws IOException {
        var target = folder.resolve("plugins/" + name + "/target");
        if (!Files.isDirectory(target)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> {
                        var jar = file.getFileName().toString();
                        return jar.endsWith("-" + VERSION + ".jar") && !jar.startsWith("original-");
                    })
                    .findFirst();
        }
    }

    /** What has not been built yet, by name; empty if everything is there. */
    public List<String> unbuilt() throws IOException {
        var absent = new ArrayList<String>();
        if (!Files.exists(hubJar()) || !Files.isDirectory(hubLibraries())) {
            absent.add("hub/server");
        }
        for (var name : PLUGINS) {
            if (jar(name).isEmpty()) {
                absent.add("plugins/" + name);
            }
        }
        return absent;
    }
}
