package de.stellwerk.hub.testkit;

import static java.util.stream.Collectors.joining;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receipt.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * An inbox that keeps what it takes in memory and answers as the hub does: the same id with the same bytes is a duplicate, with other
 * bytes it is quarantined as {@code message.conflict}. It reads every content to its end before it answers, so a source may delete
 * its temporary files when {@code accept} has returned.
 *
 * <p>A test can put it into another {@linkplain #mode mode}, and look at all that was {@linkplain #offered offered}.
 */
public final class TestInbox implements Inbox {

    /** How the inbox answers from now on. */
    public enum Mode {
        /** As the hub does. */
        TAKE,
        /** Throws: nothing is stored, as when the database is away. */
        REFUSE,
        /** Stores the message and throws nevertheless: as when the hub dies, or the line breaks, just after it has committed. */
        LOSE_ANSWER,
        /** Answers {@code REJECTED} and stores nothing. */
        REJECT,
        /** Stores the message and answers {@code QUARANTINED}. */
        QUARANTINE
    }

    private static final Pattern HEADER = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private final Clock clock;
    private final List<Channel> channels = new ArrayList<>();
    private final List<Message> offered = new ArrayList<>();
    private final Map<String, Kept> taken = new LinkedHashMap<>();
    private final Map<String, List<Awaited>> awaited = new HashMap<>();
    private final List<Message> quarantined = new ArrayList<>();
    private Mode mode = Mode.TAKE;

    private record Kept(String messageId, String fingerprint, Message message) {}

    TestInbox(Clock clock) {
        this.clock = clock;
    }

    synchronized void know(List<Channel> all) {
        channels.clear();
        channels.addAll(all);
    }

    public synchronized void mode(Mode to) {
        mode = to;
    }

    /** Deliveries whose answer has not come, oldest first; a message that answers one takes it off. */
    public synchronized void awaits(String channel, Awaited... all) {
        awaited.put(channel, new ArrayList<>(List.of(all)));
    }

    /** What was taken, in order, each once. */
    public synchronized List<Message> messages() {
        return taken.values().stream().map(Kept::message).toList();
    }

    /** What was quarantined, in order. */
    public synchronized List<Message> quarantined() {
        return List.copyOf(quarantined);
    }

    /** Every message that {@code accept} was called with, whatever the answer. */
    public synchronized List<Message> offered() {
        return List.copyOf(offered);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the connector breaks its own descriptor: an unknown channel, a kind that the channel does
     *     not let pass, or an id that is empty or longer than 200 characters
     */
    @Override
    public synchronized Receipt accept(String channel, Message message) {
        check(channel, message);
        var kept = copy(message);
        offered.add(kept);
        return switch (mode) {
            case TAKE -> take(kept);
            case REFUSE -> throw new IllegalStateException("the test's inbox does not take anything now");
            case LOSE_ANSWER -> {
                take(kept);
                throw new IllegalStateException("the test's inbox has taken the message, and its answer got lost");
            }
            case REJECT ->
                receipt("", Outcome.REJECTED, "test.rejected", "The test wants this message to be rejected.");
            case QUARANTINE -> {
                quarantined.add(kept);
                yield receipt(hubId(kept), Outcome.QUARANTINED, "test.quarantined", "The test wants a person to look.");
            }
        };
    }

    @Override
    public synchronized List<Awaited> awaited(String channel, int limit) {
        if (!channels.isEmpty() && channels.stream().noneMatch(c -> c.name().equals(channel) && c.answered())) {
            throw new IllegalArgumentException("'" + channel + "' is not an answered channel of this connector");
        }
        return awaited.getOrDefault(channel, List.of()).stream().limit(limit).toList();
    }

    private Receipt take(Message message) {
        var fingerprint = fingerprint(message);
        var before = taken.get(message.id());
        if (before == null) {
            taken.put(message.id(), new Kept(hubId(message), fingerprint, message));
            message.answers().ifPresent(reference -> awaited.values()
                    .forEach(list -> list.removeIf(a -> a.reference().equals(reference))));
            return receipt(hubId(message), Outcome.TAKEN, "", "");
        }
        if (before.fingerprint().equals(fingerprint)) {
            return receipt(before.messageId(), Outcome.DUPLICATE, "", "");
        }
        quarantined.add(message);
        return receipt(
                hubId(message) + "-conflict",
                Outcome.QUARANTINED,
                "message.conflict",
                "A message with this id and other content is known already.");
    }

    private void check(String channel, Message message) {
        if (message.id().isBlank() || message.id().length() > 200) {
            throw new IllegalArgumentException("a message's id has 1 to 200 characters");
        }
        // An inbox that was not opened with a connector knows no channels and lets all pass.
        var open = channels.stream()
                .filter(c -> c.direction() == Direction.IN && c.name().equals(channel))
                .toList();
        if (!channels.isEmpty() && open.isEmpty()) {
            throw new IllegalArgumentException("'" + channel + "' is not an incoming channel of this connector; it has "
                    + channels.stream().map(Channel::name).collect(joining(", ")));
        }
        Predicate<Channel> lets = c -> c.kinds().isEmpty() || c.kinds().contains(message.kind());
        if (!channels.isEmpty() && open.stream().noneMatch(lets)) {
            throw new IllegalArgumentException(
                    "channel '" + channel + "' does not let the kind '" + message.kind() + "' pass");
        }
    }

    /** What the hub keeps: the bytes as they are now, and the headers it lets in. */
    private static Message copy(Message m) {
        var headers = new HashMap<String, String>();
        m.headers().forEach((name, value) -> {
            if (HEADER.matcher(name).matches() && value.chars().noneMatch(Character::isISOControl)) {
                headers.put(name, value);
            }
        });
        return new Message(
                m.id(),
                m.kind(),
                m.caseId(),
                m.answers(),
                headers,
                copy(m.body()),
                m.attachments().stream().map(TestInbox::copy).toList());
    }

    private static Content copy(Content content) {
        return Content.of(content.name(), content.mediaType(), TestHub.bytes(content));
    }

    private static String fingerprint(Message message) {
        var all = new ArrayList<byte[]>();
        all.add(TestHub.bytes(message.body()));
        message.attachments().forEach(content -> all.add(TestHub.bytes(content)));
        return HexFormat.of().formatHex(TestHub.sha256(all.toArray(new byte[0][])));
    }

    private static String hubId(Message message) {
        return "hub-" + message.id();
    }

    private Receipt receipt(String messageId, Outcome outcome, String code, String text) {
        return new Receipt(messageId, clock.instant(), outcome, code, text);
    }
}
