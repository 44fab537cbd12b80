package ${package};

import de.stellwerk.hub.spi.ConnectorFactory;
#if($kind == "sink")
import de.stellwerk.hub.spi.Delivery;
#end
import de.stellwerk.hub.testkit.GoldenFolder;
#if($kind == "source")
import de.stellwerk.hub.testkit.SourceContract;
#else
import de.stellwerk.hub.testkit.SinkContract;
#end
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
#if($kind == "sink")
import java.util.Arrays;
#end
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The contract's tests come with the interface; the golden messages go into the jar, where the hub runs them again. */
#if($kind == "source")
class ${className}Test implements SourceContract {
#else
class ${className}Test implements SinkContract {
#end

    private Path folder = Path.of("not-opened");

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws IOException {
        return GoldenFolder.inJar(${className}::new);
    }

    @Override
    public ConnectorFactory factory() {
        return new ${className}();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        folder = Files.createDirectory(directory.resolve("files"));
        return new TestHub(directory).with("folder", folder);
    }

#if($kind == "source")
    @Override
    public void put(String name) throws IOException {
        Files.writeString(folder.resolve(name + ".xml"), "<form>" + name + "</form>");
    }

    @Override
    public int waiting() throws IOException {
        return files(folder).size();
    }

    @Override
    public int keptRejected() throws IOException {
        return files(folder.resolve("rejected")).size();
    }

    @Override
    public int mostAtOnce() {
        return 50;
    }
#else
    @Override
    public Delivery acceptable(String id) {
        return TestHub.delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() throws IOException {
        return (int) files(folder).stream()
                .filter(file -> file.toString().endsWith(".xml"))
                .count();
    }

    @Override
    public boolean arrived(byte[] attachment) throws IOException {
        for (var file : files(folder)) {
            if (Arrays.equals(Files.readAllBytes(file), attachment)) {
                return true;
            }
        }
        return false;
    }
#end

    @Override
    public void unreachable() throws IOException {
        Files.move(folder, folder.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(folder.resolveSibling("away"), folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".tmp"))
                    .toList();
        }
    }
}
