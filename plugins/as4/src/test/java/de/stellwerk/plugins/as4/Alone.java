package de.stellwerk.plugins.as4;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Receiver.Request;
import de.stellwerk.hub.testkit.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Takes the golden message with nothing but the connector; called in a class loader of its own. */
public final class Alone {

    private Alone() {}

    /** @return the id of what has entered the hub */
    public static String take(Path directory) throws Exception {
        var golden = Path.of("src/main/resources/META-INF/stellwerk/selftest/a-signed-and-encrypted-push-is-taken");
        var facts = new Properties();
        for (var file : new String[] {"case.properties", "request/message.properties"}) {
            try (var in = Files.newBufferedReader(golden.resolve(file))) {
                facts.load(in);
            }
        }
        var hub = new TestHub(directory);
        for (var name : facts.stringPropertyNames()) {
            if (name.startsWith("setting.")) {
                hub.with(
                        name.substring("setting.".length()),
                        facts.getProperty(name)
                                .replace(
                                        "${directory}",
                                        golden.resolve("given").toAbsolutePath().toString())
                                .replace("${nowhere}", "127.0.0.1:9"));
            }
        }
        var type = facts.getProperty("header.content-type");
        var body = Content.of("body", type, Files.readAllBytes(golden.resolve("request/body.bin")));
        try (var receiver = hub.open(new As4(), Receiver.class)) {
            receiver.receive(new Request("POST", "", Map.of("content-type", type), body), hub.inbox());
        }
        return hub.inbox().messages().get(0).id();
    }
}
