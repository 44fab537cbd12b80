package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Sink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A sink for the contract's own test, which can be given the faults that sinks are built with. */
public final class Shelf implements ConnectorFactory {

    enum Fault {
        NEW_NAME_EACH_TIME,
        SAYS_DELIVERED_WHEN_IT_FAILED,
        SAYS_REJECTED_WHEN_IT_FAILED,
        DROPS_ATTACHMENTS,
        LEAVES_STREAMS_OPEN,
        WRITES_IN_PLACE,
        TRUSTS_NAMES,
        ONE_NAME_FOR_ALL
    }

    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    private final AtomicInteger count = new AtomicInteger();

    /** Without faults. */
    public Shelf() {}

    Shelf(Fault fault) {
        faults.add(fault);
    }

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("shelf", "A folder for the test")
                .channels(Channel.out("out"))
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var folder = hub.directory();
        return (Sink) delivery -> deliver(folder, delivery);
    }

    private DeliveryResult deliver(Path folder, Delivery delivery) throws IOException {
        var name = name(delivery);
        try {
            if (!faults.contains(Fault.DROPS_ATTACHMENTS)) {
                for (var i = 0; i < delivery.attachments().size(); i++) {
                    write(
                            folder.resolve(name + "-" + i + ".bin"),
                            delivery.attachments().get(i));
                }
            }
            write(folder.resolve(name + ".xml"), delivery.body());
        } catch (IOException e) {
            if (faults.contains(Fault.SAYS_DELIVERED_WHEN_IT_FAILED)) {
                return new Delivered(name);
            }
            if (faults.contains(Fault.SAYS_REJECTED_WHEN_IT_FAILED)) {
                return new DeliveryResult.Rejected("it failed");
            }
            throw e;
        }
        return new Delivered(name);
    }

    private String name(Delivery delivery) {
        if (faults.contains(Fault.TRUSTS_NAMES)) {
            return delivery.headers().getOrDefault("file-name", delivery.id());
        }
        if (faults.contains(Fault.ONE_NAME_FOR_ALL)) {
            return "one";
        }
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not an id");
        }
        return faults.contains(Fault.NEW_NAME_EACH_TIME) ? "file-" + count.incrementAndGet() : delivery.id();
    }

    private void write(Path file, Content content) throws IOException {
        if (faults.contains(Fault.LEAVES_STREAMS_OPEN)) {
            Files.write(file, content.open().readAllBytes());
        } else if (faults.contains(Fault.WRITES_IN_PLACE)) {
            try (var in = content.open();
                    var out = Files.newOutputStream(file, StandardOpenOption.CREATE)) {
                in.transferTo(out);
            }
        } else {
            try (var in = content.open()) {
                Files.write(file, in.readAllBytes());
            }
        }
    }
}
