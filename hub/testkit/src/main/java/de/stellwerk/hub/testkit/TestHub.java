package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A hub for one connection that lives in a test's temporary folder: no database, no broker, no network.
 *
 * <pre>{@code
 * var hub = new TestHub(directory).with("folder", directory.resolve("in"));
 * try (var sink = hub.open(new FileDrop(), Sink.class)) {
 *     sink.deliver(TestHub.delivery("d-1", "form.submission", "<form/>"));
 * }
 * }</pre>
 *
 * Settings are checked against the connector's descriptor as the real hub does it; the {@linkplain #inbox inbox} keeps what it is
 * given in memory; the clock stands at 24 November 2026, 09:00 UTC, until the test moves it.
 */
public final class TestHub implements HubContext {

    /** The municipality of every connection and delivery made here: Pirna. */
    public static final String MUNICIPALITY = "14628270";

    private final Path home;
    private final Map<String, String> given = new HashMap<>();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-24T09:00:00Z"), ZoneOffset.UTC);
    private final TestInbox inbox = new TestInbox(clock);

    /** @param home the hub's home folder: relative paths in settings start here */
    public TestHub(Path home) {
        this.home = home;
    }

    /** Sets one setting of the connection, as a line in the municipality's file would. */
    public TestHub with(String setting, Object value) {
        given.put(setting, value.toString());
        return this;
    }

    /**
     * The settings given so far, checked.
     *
     * @throws IllegalArgumentException naming every unknown and every missing setting
     */
    public Settings settings(ConnectorDescriptor descriptor) {
        return CheckedSettings.check(descriptor, given, home);
    }

    /** Opens a connector as the hub does: from then on the inbox knows the connector's channels. */
    public Connector open(ConnectorFactory factory) throws Exception {
        var descriptor = factory.descriptor();
        inbox.know(descriptor.channels());
        return factory.create(settings(descriptor), this);
    }

    /** Opens a connector that has the wanted ability, such as {@code Sink.class}. */
    public <C extends Connector> C open(ConnectorFactory factory, Class<C> ability) throws Exception {
        return ability.cast(open(factory));
    }

    /** Asks a source once, and returns the inbox. */
    public TestInbox poll(Source source) throws Exception {
        source.poll(inbox);
        return inbox;
    }

    public TestInbox inbox() {
        return inbox;
    }

    @Override
    public String connection() {
        return "test";
    }

    @Override
    public String municipality() {
        return MUNICIPALITY;
    }

    @Override
    public SettableClock clock() {
        return clock;
    }

    /** The folder {@code connection-data} in the home folder, made when first asked for. */
    @Override
    public Path directory() {
        try {
            return Files.createDirectories(home.resolve("connection-data"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A first attempt with an XML body, on channel {@code out}, without headers and attachments. The methods below change one thing.
     *
     * @param id any text; the delivery's id is a hash of it in 64 hexadecimal digits and its number follows from it too, so that
     *     the same text makes the same delivery again
     */
    public static Delivery delivery(String id, String kind, String xml) {
        return delivery(id, kind, Content.of("body.xml", "application/xml", xml.getBytes(StandardCharsets.UTF_8)));
    }

    /** A first attempt with this body; otherwise the same as {@link #delivery(String, String, String)}. */
    public static Delivery delivery(String id, String kind, Content body) {
        var hash = sha256(id.getBytes(StandardCharsets.UTF_8));
        var number = 1L + Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt());
        var hex = HexFormat.of().formatHex(hash);
        return new Delivery(hex, number, MUNICIPALITY, "out", kind, "PIR-2026-000001", Map.of(), body, List.of(), 1);
    }

    public static Delivery withNumber(Delivery d, long number) {
        return new Delivery(
                d.id(),
                number,
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                d.headers(),
                d.body(),
                d.attachments(),
                d.attempt());
    }

    /** The same delivery at a later attempt: id and number stay. */
    public static Delivery withAttempt(Delivery d, int attempt) {
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                d.headers(),
                d.body(),
                d.attachments(),
                attempt);
    }

    public static Delivery withId(Delivery d, String literally) {
        return new Delivery(
                literally,
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                d.headers(),
                d.body(),
                d.attachments(),
                d.attempt());
    }

    public static Delivery withCase(Delivery d, String caseId) {
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                caseId,
                d.headers(),
                d.body(),
                d.attachments(),
                d.attempt());
    }

    public static Delivery onChannel(Delivery d, String channel) {
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                channel,
                d.kind(),
                d.caseId(),
                d.headers(),
                d.body(),
                d.attachments(),
                d.attempt());
    }

    public static Delivery withHeader(Delivery d, String name, String value) {
        var more = new HashMap<>(d.headers());
        more.put(name, value);
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                more,
                d.body(),
                d.attachments(),
                d.attempt());
    }

    public static Delivery withBody(Delivery d, Content body) {
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                d.headers(),
                body,
                d.attachments(),
                d.attempt());
    }

    public static Delivery withAttachment(Delivery d, Content attachment) {
        var more =
                Stream.concat(d.attachments().stream(), Stream.of(attachment)).toList();
        return new Delivery(
                d.id(),
                d.number(),
                d.municipality(),
                d.channel(),
                d.kind(),
                d.caseId(),
                d.headers(),
                d.body(),
                more,
                d.attempt());
    }

    /** All bytes of a content; for tests with small ones. */
    public static byte[] bytes(Content content) {
        try (var in = content.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The content read as UTF-8. */
    public static String text(Content content) {
        return text(content, StandardCharsets.UTF_8);
    }

    public static String text(Content content, Charset charset) {
        return new String(bytes(content), charset);
    }

    static byte[] sha256(byte[]... all) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var bytes : all) {
                digest.update(ByteBuffer.allocate(8).putLong(bytes.length).flip());
                digest.update(bytes);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
