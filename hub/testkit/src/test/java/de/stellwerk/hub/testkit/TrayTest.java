package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A source without faults keeps the contract. */
class TrayTest implements SourceContract {

    private ConnectorFactory factory = new Tray();
    private Path folder = Path.of("not-opened");

    static TrayTest of(Tray faulty) {
        var test = new TrayTest();
        test.factory = faulty;
        return test;
    }

    @Override
    public ConnectorFactory factory() {
        return factory;
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        var hub = new TestHub(directory);
        folder = hub.directory();
        Files.createDirectories(folder.resolve("in"));
        return hub;
    }

    @Override
    public void put(String name) throws IOException {
        Files.writeString(folder.resolve("in").resolve(name + ".xml"), "<item>" + name + "</item>");
    }

    @Override
    public int waiting() throws IOException {
        return count("in");
    }

    @Override
    public int keptRejected() throws IOException {
        return count("rejected");
    }

    @Override
    public int mostAtOnce() {
        return Tray.MOST_AT_ONCE;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(folder.resolve("in"), folder.resolve("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(folder.resolve("away"), folder.resolve("in"));
    }

    private int count(String name) throws IOException {
        if (Files.notExists(folder.resolve(name))) {
            return 0;
        }
        try (var all = Files.list(folder.resolve(name))) {
            return (int) all.count();
        }
    }
}
