package de.stellwerk.plugins.xta;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class XtaSourceTest implements SourceContract {

    @TempDir
    static Path keys;

    private static FakeGateway gateway;

    private Path rejected = Path.of("unset");

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(keys);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Override
    public ConnectorFactory factory() {
        return new Xta();
    }

    @Override
    public TestHub hub(Path directory) {
        gateway.box.clear();
        rejected = directory.resolve("rejected");
        return XtaSinkTest.hub(gateway, keys, directory);
    }

    @Override
    public void put(String name) {
        gateway.box.put("urn:message:" + Names.hash(name), ("<" + "form/>" + name).getBytes(UTF_8));
    }

    @Override
    public int waiting() {
        return gateway.box.size();
    }

    @Override
    public int keptRejected() throws IOException {
        try (var files = Files.list(rejected)) {
            return (int)
                    files.filter(file -> file.toString().endsWith(".soap.xml")).count();
        }
    }

    @Override
    public int mostAtOnce() {
        return MessageBox.MOST_A_POLL;
    }

    @Override
    public void unreachable() {
        gateway.stop();
    }

    @Override
    public void reachable() throws IOException {
        gateway.start();
    }
}
