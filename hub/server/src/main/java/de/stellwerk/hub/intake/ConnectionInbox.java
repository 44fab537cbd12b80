package de.stellwerk.hub.intake;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** The hub's door for one connection. */
public final class ConnectionInbox implements Inbox {

    private static final int LONGEST_LIST = 1_000;

    private final Connection connection;
    private final Intake intake;
    private final Ledger ledger;
    private final boolean polled;

    /** @param polled whether the hub asked for what comes; otherwise it is pushed */
    public ConnectionInbox(Connection connection, Intake intake, Ledger ledger, boolean polled) {
        this.polled = polled;
        this.connection = connection;
        this.intake = intake;
        this.ledger = ledger;
    }

    @Override
    public Receipt accept(String channel, Message message) {
        checkChannel(channel, Channel.Direction.IN);
        // A quick target, or a kill between hand-over and note: the answer is here before what it answers is written
        // down.
        if (message.answers().isPresent()
                && ledger.byReference(
                                connection.municipality(),
                                connection.name(),
                                message.answers().get())
                        .isEmpty()
                && ledger.underWay(connection.municipality(), connection.name())) {
            throw new IllegalStateException(
                    "the delivery that is answered may not be written down yet; nothing was taken, hand it over again");
        }
        try {
            var accepted = intake.accept(new Submission(
                    connection.municipality(),
                    "connection/" + connection.name(),
                    message.id(),
                    message.kind(),
                    // A connector that knows the service of what it brings says so in this header.
                    message.headers().getOrDefault("service", ""),
                    message.caseId(),
                    message.answers().map(reference -> new NewMessage.Answer(connection.name(), reference)),
                    message.headers(),
                    message.body(),
                    message.attachments(),
                    polled ? Optional.of(connection.name()) : Optional.empty()));
            CrashPoint.SOURCE_UNACKNOWLEDGED.pass();
            var outcome =
                    switch (accepted.outcome()) {
                        case TAKEN -> Receipt.Outcome.TAKEN;
                        case DUPLICATE -> Receipt.Outcome.DUPLICATE;
                        case CONFLICT, QUARANTINED -> Receipt.Outcome.QUARANTINED;
                        case REJECTED -> Receipt.Outcome.REJECTED;
                    };
            return new Receipt(
                    accepted.id().map(Object::toString).orElse(""),
                    accepted.at(),
                    outcome,
                    accepted.code(),
                    accepted.text());
        } catch (IOException e) {
            throw new UncheckedIOException("the content could not be read or stored; nothing was taken", e);
        }
    }

    @Override
    public List<Awaited> awaited(String channel, int limit) {
        checkChannel(channel, Channel.Direction.OUT);
        return ledger
                .awaited(connection.municipality(), connection.name(), channel, Math.min(limit, LONGEST_LIST))
                .stream()
                .map(each -> new Awaited(each.reference(), each.caseId(), each.at(), each.headers()))
                .toList();
    }

    private void checkChannel(String name, Channel.Direction direction) {
        var channels = connection.descriptor().map(each -> each.channels()).orElse(List.of());
        if (channels.stream().noneMatch(each -> each.name().equals(name) && each.direction() == direction)) {
            throw new IllegalArgumentException(
                    "the connector's descriptor names no channel '" + name + "' of direction " + direction);
        }
    }
}
