package de.stellwerk.samples.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** A broker in a process of its own, as an operator would set it up: the shipped example, and beside it a port, folders and a user. */
final class BrokerProcess {

    private BrokerProcess() {}

    /** @param words the shipped example, a folder, a port, the file with the hub's password */
    public static void main(String[] words) throws Exception {
        // Whatever becomes of the test: this ends with it.
        ProcessHandle.current().parent().ifPresent(test -> test.onExit().thenRun(() -> System.exit(0)));
        var folder = Files.createDirectories(Path.of(words[1]));
        var mark = "<security-settings>";
        var shipped = Files.readString(Path.of(words[0]));
        if (!shipped.contains(mark)) {
            throw new IllegalArgumentException(words[0] + " has no " + mark);
        }
        var file = folder.resolve("broker.xml");
        Files.writeString(file, shipped.replace(mark, """
                <journal-type>NIO</journal-type>
                <bindings-directory>%1$s/bindings</bindings-directory>
                <journal-directory>%1$s/journal</journal-directory>
                <large-messages-directory>%1$s/large</large-messages-directory>
                <paging-directory>%1$s/paging</paging-directory>
                <acceptors><acceptor name="nodes">tcp://127.0.0.1:%2$s</acceptor></acceptors>
                """.formatted(folder, words[2]) + mark));
        var users = new SecurityConfiguration();
        users.addUser("hub", Files.readString(Path.of(words[3])).strip());
        users.addRole("hub", "hub");
        var broker = new EmbeddedActiveMQ();
        broker.setConfigResourcePath(file.toUri().toString());
        broker.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        broker.start();
        new CountDownLatch(1).await();
    }
}
