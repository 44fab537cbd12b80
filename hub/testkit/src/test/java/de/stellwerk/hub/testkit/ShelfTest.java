package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A sink without faults keeps the contract. */
class ShelfTest implements SinkContract {

    private ConnectorFactory factory = new Shelf();
    private Path folder = Path.of("not-opened");

    static ShelfTest of(Shelf faulty) {
        var test = new ShelfTest();
        test.factory = faulty;
        return test;
    }

    @Override
    public ConnectorFactory factory() {
        return factory;
    }

    @Override
    public TestHub hub(Path directory) {
        var hub = new TestHub(directory);
        folder = hub.directory();
        return hub;
    }

    @Override
    public Delivery acceptable(String id) {
        return TestHub.delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() throws IOException {
        return files(".xml").size();
    }

    @Override
    public boolean arrived(byte[] attachment) throws IOException {
        for (var file : files(".bin")) {
            if (Arrays.equals(Files.readAllBytes(file), attachment)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(folder, folder.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(folder.resolveSibling("away"), folder);
    }

    private List<Path> files(String ending) throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
