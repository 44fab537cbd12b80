package de.stellwerk.plugins.register.xml;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.camel.Unreadable;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * One register's two folders. Into the first go the attachments, then {@code GA<AGS>_<16 hex digits>.xml}, then its marker
 * {@code .ok}; the digits are the beginning of the delivery's id, so a repeat has the same name, by which the register knows it. In the
 * second it lays {@code ….antwort.xml} and the marker; an answer that the hub has taken moves to {@code erledigt}, one that it has
 * rejected to {@code fehler}, with a text for the people who run the register.
 */
final class RegisterFolders extends CamelConnector implements Sink, Source {

    static final String ANSWER = "register.answer";
    static final String UNREADABLE = "register.unreadable";

    private static final String MARKER = ".ok";
    private static final String MARKED_ANSWERS = "*.antwort.xml" + MARKER;
    private static final int ANSWERS_A_POLL = 50;
    private static final int LONGEST_NAME = 120;
    /** More is no answer, whatever it is; it is handed over unread. */
    private static final long LARGEST_ANSWER = 1 << 20;
    /** How long a marker may lie without its file, on a slow network drive, before it is called a mistake. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int LAST_OF_LATIN1 = 0xFF;
    private static final String PROLOGUE = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";

    private final Messages messages;
    private final Clock clock;
    private final DropFolder in;
    private final DropFolder out;
    private final DropFolder done;
    private final DropFolder failed;

    RegisterFolders(HubContext hub, Messages messages, Path in, Path out) {
        super(hub);
        this.messages = messages;
        this.clock = hub.clock();
        this.in = new DropFolder(in);
        this.out = new DropFolder(out);
        this.done = new DropFolder(out.resolve("erledigt"));
        this.failed = new DropFolder(out.resolve("fehler"));
    }

    @Override
    protected void configure(RouteBuilder routes) {
        var format = messages.strict();
        format.setFragment(true); // the declaration is ours: it names another encoding
        routes.from(door("notice"))
                .unmarshal(messages.strict().orReject("register.unreadable: not a Gewerbeanzeige"))
                .process(RegisterFolders::complete)
                .marshal(format)
                .process(RegisterFolders::inLatin1)
                .process(this::hand);
        routes.from(door("answer")).unmarshal(messages.strict());
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        return send(door("notice"), delivery);
    }

    private static void complete(Exchange exchange) throws Exception {
        var missing = body(exchange, Gewerbeanzeige.class).missing();
        if (missing.isPresent()) {
            throw new RejectedByTarget("register.field: the register needs '" + missing.get() + "', it is empty");
        }
    }

    /** Writing {@code &#8217;} would be correct XML; registers of this age keep it as eight characters in somebody's name. */
    private static void inLatin1(Exchange exchange) throws Exception {
        var xml = PROLOGUE + body(exchange, String.class);
        var beyond = xml.codePoints().filter(c -> c > LAST_OF_LATIN1).findFirst();
        if (beyond.isPresent()) {
            throw new RejectedByTarget(String.format(
                    Locale.ROOT,
                    "text.charset: U+%04X is not in ISO-8859-1; let the route transliterate with hub:transliterate",
                    beyond.getAsInt()));
        }
        exchange.getMessage().setBody(xml.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void hand(Exchange exchange) throws Exception {
        var delivery = delivery(exchange);
        if (!Files.isDirectory(in.folder())) {
            throw new NothingSent("register.folder: 'folder-in' is not there", Duration.ZERO);
        }
        var stem = stem(delivery);
        int number = 1;
        for (var attachment : delivery.attachments()) {
            try (var bytes = attachment.open()) {
                in.put(stem + "_" + number++ + ending(attachment), bytes);
            }
        }
        in.put(stem + ".xml", MARKER, new ByteArrayInputStream(body(exchange, byte[].class)));
        exchange.getMessage().setBody(stem + ".xml");
    }

    private static String stem(Delivery delivery) throws RejectedByTarget {
        if (!delivery.id().matches("[0-9a-f]{64}") || !delivery.municipality().matches("[0-9]{8}")) {
            throw new RejectedByTarget("register.name: the delivery's id or AGS makes no file name");
        }
        return "GA" + delivery.municipality() + "_" + delivery.id().substring(0, 16);
    }

    private static String ending(Content attachment) {
        var type = attachment
                .mediaType()
                .toLowerCase(Locale.ROOT)
                .replaceFirst(";.*", "")
                .strip();
        return switch (type) {
            case "application/pdf" -> ".pdf";
            case "application/xml", "text/xml" -> ".xml";
            case "image/png" -> ".png";
            case "image/jpeg" -> ".jpg";
            case "image/tiff" -> ".tif";
            case "text/plain" -> ".txt";
            default -> ".bin";
        };
    }

    /** A file that cannot be read does not hold up the ones behind it; its trouble is told when all have been looked at. */
    @Override
    public void poll(Inbox inbox) throws Exception {
        var trouble = Optional.<IOException>empty();
        for (var marker : out.list(MARKED_ANSWERS, ANSWERS_A_POLL)) {
            var name = marker.getFileName().toString();
            var answer = out.folder().resolve(name.substring(0, name.length() - MARKER.length()));
            try {
                if (Files.isRegularFile(answer)) {
                    handOver(answer, marker, inbox);
                } else {
                    withoutFile(answer, marker);
                }
            } catch (IOException e) {
                trouble = Optional.of(e);
            }
        }
        if (trouble.isPresent()) {
            throw trouble.get();
        }
    }

    private void handOver(Path answer, Path marker, Inbox inbox) throws Exception {
        var receipt = inbox.accept("answers", message(answer));
        switch (receipt.outcome()) {
            case TAKEN, DUPLICATE, QUARANTINED -> {
                out.moveTo(done, answer);
                out.moveTo(done, marker);
            }
            case REJECTED -> {
                Files.createDirectories(failed.folder());
                failed.put(answer.getFileName() + ".fehler.txt", letter(receipt));
                out.moveTo(failed, answer);
                out.moveTo(failed, marker);
            }
        }
    }

    private Message message(Path file) throws Exception {
        var name = file.getFileName().toString();
        var content = Content.of(name, "application/xml", file);
        var id = (name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME)) + ":" + Fingerprint.of(file);
        return answered(file, content)
                .map(reference -> Message.of(id, ANSWER, content).answering(reference))
                .orElseGet(() -> Message.of(id, UNREADABLE, content));
    }

    /** The file name that the answer names; none if it is not an answer we understand whole. */
    private Optional<String> answered(Path file, Content content) throws Exception {
        if (Files.size(file) > LARGEST_ANSWER) {
            return Optional.empty();
        }
        try {
            var answer = ask(door("answer"), content, Antwort.class);
            return answer.status == null
                    ? Optional.empty()
                    : Optional.ofNullable(answer.datei).filter(d -> !d.isBlank());
        } catch (Unreadable e) {
            return Optional.empty(); // handed over as what it is: the hub shows it to a person
        }
    }

    /** Either the hub died after it had moved the file, then the marker follows; or there never was one. */
    private void withoutFile(Path answer, Path marker) throws IOException {
        if (Files.exists(done.folder().resolve(answer.getFileName()))) {
            out.moveTo(done, marker);
        } else if (Files.exists(failed.folder().resolve(answer.getFileName()))) {
            out.moveTo(failed, marker);
        } else if (Files.getLastModifiedTime(marker).toInstant().plus(PATIENCE).isBefore(clock.instant())) {
            Files.createDirectories(failed.folder());
            failed.put(marker.getFileName() + ".fehler.txt", text("""
                            register.marker-without-file
                            Was geschehen ist: Zu dieser Marke gibt es keine Antwortdatei.
                            Was sicher ist: Es wurde nichts übernommen und nichts gelöscht.
                            Was zu tun ist: Die Antwortdatei und danach die Marke noch einmal in den Ausgangsordner legen.
                            """));
            out.moveTo(failed, marker);
        }
    }

    private static ByteArrayInputStream letter(Receipt receipt) {
        return text(receipt.code() + """

                Was geschehen ist: Die Antwort wurde nicht angenommen. %s
                Was sicher ist: Die Datei liegt unverändert neben dieser Notiz. Es wurde nichts weitergegeben.
                Was zu tun ist: Den Fehler beheben und die Datei mit ihrer Marke noch einmal in den Ausgangsordner legen.
                """.formatted(receipt.text()));
    }

    private static ByteArrayInputStream text(String german) {
        return new ByteArrayInputStream(german.getBytes(StandardCharsets.UTF_8));
    }
}
