package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Source;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** A source for the contract's own test, which can be given the faults that sources are built with. */
public final class Tray implements ConnectorFactory {

    static final int MOST_AT_ONCE = 10;

    enum Fault {
        ACKNOWLEDGES_FIRST,
        NEW_ID_EACH_TIME,
        ONE_ID_FOR_ALL,
        LEAVES_REJECTED_WAITING,
        THROWS_REJECTED_AWAY,
        TAKES_ALL_AT_ONCE,
        TAKES_TROUBLE_FOR_PEACE
    }

    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);

    /** Without faults. */
    public Tray() {}

    Tray(Fault fault) {
        faults.add(fault);
    }

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("tray", "A folder for the test").channels(Channel.in("in"));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var folder = hub.directory();
        return (Source) inbox -> poll(folder, inbox);
    }

    private void poll(Path folder, Inbox inbox) throws Exception {
        var waiting = new DropFolder(folder.resolve("in"));
        if (faults.contains(Fault.TAKES_TROUBLE_FOR_PEACE)
                && !waiting.folder().toFile().exists()) {
            return;
        }
        var limit = faults.contains(Fault.TAKES_ALL_AT_ONCE) ? Integer.MAX_VALUE : MOST_AT_ONCE;
        for (var file : waiting.list("*.xml", limit)) {
            var message = Message.of(id(file), "test", Content.of("body.xml", "application/xml", file));
            var done = new DropFolder(folder.resolve("done"));
            if (faults.contains(Fault.ACKNOWLEDGES_FIRST)) {
                waiting.moveTo(done, file);
                message = Message.of(
                        id(file),
                        "test",
                        Content.of("body.xml", "application/xml", done.folder().resolve(file.getFileName())));
            }
            var rejected = inbox.accept("in", message).outcome() == Outcome.REJECTED;
            if (rejected && !faults.contains(Fault.THROWS_REJECTED_AWAY)) {
                if (!faults.contains(Fault.LEAVES_REJECTED_WAITING)) {
                    waiting.moveTo(new DropFolder(folder.resolve("rejected")), file);
                }
            } else if (!faults.contains(Fault.ACKNOWLEDGES_FIRST)) {
                waiting.moveTo(done, file);
            }
        }
    }

    private String id(Path file) {
        if (faults.contains(Fault.ONE_ID_FOR_ALL)) {
            return "one";
        }
        return faults.contains(Fault.NEW_ID_EACH_TIME)
                ? UUID.randomUUID().toString()
                : file.getFileName().toString();
    }
}
