package de.stellwerk.hub.plugin;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.spi.ConnectorFactory;
import jakarta.activation.DataHandler;
import jakarta.mail.Session;
import jakarta.xml.bind.JAXBContext;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.AbstractCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;

/** Builds small plugin jars. Classes are compiled once for each source; what differs between jars stands in resources. */
final class TestJar {

    private static final Map<String, Map<String, byte[]>> COMPILED = new ConcurrentHashMap<>();

    private static final String CLASS_PATH = Stream.of(
                    ConnectorFactory.class,
                    CamelConnector.class,
                    DefaultCamelContext.class,
                    CamelContext.class,
                    AbstractCamelContext.class,
                    RouteBuilder.class,
                    DefaultExchange.class,
                    ObjectHelper.class,
                    JAXBContext.class,
                    Session.class,
                    DataHandler.class,
                    Logger.class)
            .map(TestJar::where)
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));

    private final Map<String, String> manifest = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private TestJar() {}

    /** The demo plugin, which does what a delivery's kind tells it; its connector is called as the plugin. */
    static TestJar demo(String id, String version) {
        return bare(id, version)
                .with("name.txt", id)
                .with("version.txt", version)
                .classes("demo.Demo", source("Demo.java.txt"))
                .service("demo.Demo");
    }

    /** A plugin that goes wrong in the given way; its connector is called as the plugin. */
    static TestJar wayward(String id, String how) {
        return bare(id, "1.0.0")
                .line("Plugin-Permits-Threads", "*")
                .with("name.txt", id)
                .with("how.txt", how)
                .classes("wayward.Wayward", source("Wayward.java.txt"))
                .service("wayward.Wayward");
    }

    /** A plugin that uses Camel, JAXB, mail and slf4j. */
    static TestJar libraries() {
        return bare("libraries", "1.0.0")
                .classes("libraries.Libraries", source("Libraries.java.txt"))
                .with("libraries/jaxb.index", "Libraries$Entry\n")
                .service("libraries.Libraries");
    }

    /** One of the plugins that come with the hub: all classes of its factory's package. */
    static TestJar shipped(String id, Class<? extends ConnectorFactory> factory) {
        return bare(id, "1.0.0").packageOf(factory).service(factory.getName());
    }

    /** A plugin of the second level, with a Camel route and JAXB; its connector is called other. */
    static TestJar letters(String version) {
        return bare("letters", version)
                .with("version.txt", version)
                .classes("letters.Letters", source("Letters.java.txt"))
                .with("letters/jaxb.index", "Letters$Letter\n")
                .service("letters.Letters");
    }

    /** A jar with the three lines of a manifest and nothing else. */
    static TestJar bare(String id, String version) {
        return new TestJar()
                .line("Plugin-Id", id)
                .line("Plugin-Version", version)
                .line("Plugin-Requires", PluginJar.API);
    }

    TestJar line(String name, String value) {
        manifest.put(name, value);
        return this;
    }

    TestJar without(String line) {
        manifest.remove(line);
        return this;
    }

    TestJar service(String factory) {
        return with("META-INF/services/" + ConnectorFactory.class.getName(), factory + "\n");
    }

    TestJar with(String entry, String text) {
        return with(entry, text.getBytes(StandardCharsets.UTF_8));
    }

    TestJar with(String entry, byte[] bytes) {
        entries.put(entry, bytes);
        return this;
    }

    TestJar classes(String name, String source) {
        COMPILED.computeIfAbsent(source, code -> compile(name, code)).forEach(this::with);
        return this;
    }

    /** A class of the test's own class path. */
    TestJar copyOf(Class<?> type) {
        var entry = type.getName().replace('.', '/') + ".class";
        try (var in = type.getClassLoader().getResourceAsStream(entry)) {
            return with(entry, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All classes and resources of the library a class comes from, as a build that shades would put them in. */
    TestJar shading(Class<?> type) {
        try (var library = new JarFile(where(type))) {
            for (var entry : library.stream().toList()) {
                if (!entry.isDirectory()
                        && !entry.getName().equals("META-INF/MANIFEST.MF")
                        && !entry.getName().endsWith("module-info.class")) {
                    try (var in = library.getInputStream(entry)) {
                        with(entry.getName(), in.readAllBytes());
                    }
                }
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestJar packageOf(Class<?> type) {
        var start = type.getPackageName().replace('.', '/') + "/";
        var place = Path.of(where(type));
        try {
            if (Files.isDirectory(place)) {
                try (var files = Files.list(place.resolve(start))) {
                    for (var file : files.filter(Files::isRegularFile).toList()) {
                        with(start + file.getFileName(), Files.readAllBytes(file));
                    }
                }
            } else {
                try (var jar = new JarFile(place.toFile())) {
                    for (var entry : jar.stream().toList()) {
                        if (entry.getName().startsWith(start) && !entry.isDirectory()) {
                            try (var in = jar.getInputStream(entry)) {
                                with(entry.getName(), in.readAllBytes());
                            }
                        }
                    }
                }
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        var main = new Manifest();
        main.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach((name, value) -> main.getMainAttributes().putValue(name, value));
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, main)) {
            for (var entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    void drop(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes());
    }

    private static String source(String name) {
        try (var in = TestJar.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> compile(String name, String code) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var made = new LinkedHashMap<String, ByteArrayOutputStream>();
        var source =
                new SimpleJavaFileObject(
                        URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return code;
                    }
                };
        try (var files = new InMemory(compiler.getStandardFileManager(null, null, null), made)) {
            var options = List.of("-proc:none", "--release", "17", "-cp", CLASS_PATH);
            if (!compiler.getTask(null, files, null, options, null, List.of(source))
                    .call()) {
                throw new IllegalStateException("the test's plugin does not compile");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var classes = new LinkedHashMap<String, byte[]>();
        made.forEach((type, bytes) -> classes.put(type.replace('.', '/') + ".class", bytes.toByteArray()));
        return classes;
    }

    private static String where(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {

        private final Map<String, ByteArrayOutputStream> made;

        InMemory(StandardJavaFileManager files, Map<String, ByteArrayOutputStream> made) {
            super(files);
            this.made = made;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String name,
                JavaFileObject.Kind kind,
                javax.tools.FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + name.replace('.', '/') + kind.extension), kind) {
                @Override
                public ByteArrayOutputStream openOutputStream() {
                    return made.computeIfAbsent(name, key -> new ByteArrayOutputStream());
                }
            };
        }
    }
}
