package de.stellwerk.samples.town;

import de.stellwerk.samples.letters.Applications;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.letters.Town;
import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/**
 * The hand-over of Amt24: applications in two versions, XML and PDF, by the ways a municipality may have chosen: the hub's REST API, mails
 * to a mailbox, files in a folder. On request it misbehaves. Its journal has a line for each application, written before it goes out.
 */
final class Amt24 {

    /** Versions that the municipality has routes for. */
    static final List<String> VERSIONS = List.of("1.0", "2.0");

    static final String UNKNOWN_VERSION = "9.0";

    /** What goes wrong with an application. */
    enum Fault {
        NONE,
        /** The line breaks before the answer is read, and it comes again. */
        TIMEOUT,
        /** It comes again after its yes. */
        DUPLICATE,
        UNKNOWN,
        BROKEN,
        /** Not over REST: a sender that counts its own attachments is not the hub's to check. */
        NO_PDF
    }

    /** One way to the hub. */
    private interface Way {

        /** @param again whether it was handed over before */
        void bring(Letter letter, Fault fault, boolean again) throws Exception;
    }

    private final Applications applications;
    private final Journal journal;
    private int number;

    private Amt24(Applications applications, Journal journal) {
        this.applications = applications;
        this.journal = journal;
    }

    /** Hands over so many applications of each version, and then one for each fault. */
    private void work(String name, Way way, int each, Set<Fault> faults) throws Exception {
        for (var i = 0; i < each * VERSIONS.size(); i++) {
            bring(name, way, VERSIONS.get(i % VERSIONS.size()), Fault.NONE);
        }
        for (var fault : Fault.values()) {
            if (faults.contains(fault) && !(fault == Fault.NO_PDF && name.equals("rest"))) {
                var version = VERSIONS.get(fault.ordinal() % VERSIONS.size());
                bring(name, way, fault == Fault.UNKNOWN ? UNKNOWN_VERSION : version, fault);
            }
        }
    }

    private void bring(String name, Way way, String version, Fault fault) throws Exception {
        var letter = spoilt(applications.of(Town.PIRNA, version, ++number), fault);
        journal.note(
                "application",
                "key",
                letter.key(),
                "way",
                name,
                "version",
                version,
                "fault",
                fault.name(),
                "xml",
                Journal.sha256(letter.body().bytes()),
                "pdf",
                letter.attachments().isEmpty()
                        ? ""
                        : Journal.sha256(letter.attachments().get(0).bytes()));
        way.bring(letter, fault, false);
        if (fault == Fault.TIMEOUT || fault == Fault.DUPLICATE) {
            way.bring(letter, Fault.NONE, true);
        }
        journal.note("handed over", "key", letter.key());
    }

    private static Letter spoilt(Letter letter, Fault fault) {
        return switch (fault) {
            case NO_PDF -> letter.withAttachments(List.of());
            case BROKEN -> {
                var half = new String(letter.body().bytes(), StandardCharsets.UTF_8).replace("</antrag>", "");
                yield letter.withBody(Part.xml(letter.body().name(), half));
            }
            case NONE, TIMEOUT, DUPLICATE, UNKNOWN -> letter;
        };
    }

    private static Way rest(HubClient hub, Journal journal) {
        var sender = new Sender(hub, journal, Duration.ofSeconds(60));
        return (letter, fault, again) -> {
            if (fault == Fault.TIMEOUT) {
                hub.postAndHangUp(letter);
            } else {
                sender.repeat(letter);
            }
        };
    }

    /** A mail server that did not hear the yes to a mail sends the same mail again. */
    private static Way mail(int port, String to) {
        var properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", String.valueOf(port));
        properties.put("mail.smtp.connectiontimeout", "10000");
        properties.put("mail.smtp.timeout", "10000");
        var session = Session.getInstance(properties);
        return (letter, fault, again) -> {
            var mail = new MimeMessage(session) {
                @Override
                protected void updateMessageID() throws MessagingException {
                    setHeader("Message-ID", "<" + letter.key() + "@amt24.example.org>");
                }
            };
            mail.setFrom(new InternetAddress("amt24@example.org"));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
            mail.setSubject("Antrag " + letter.key());
            var parts = new MimeMultipart();
            var text = new MimeBodyPart();
            text.setText("Ein Antrag aus Amt24 liegt bei.", "UTF-8");
            parts.addBodyPart(text);
            parts.addBodyPart(attached(letter.body()));
            for (var each : letter.attachments()) {
                parts.addBodyPart(attached(each));
            }
            mail.setContent(parts);
            Transport.send(mail);
        };
    }

    private static MimeBodyPart attached(Part part) throws MessagingException {
        var attached = new MimeBodyPart();
        attached.setDataHandler(new DataHandler(new ByteArrayDataSource(part.bytes(), part.mediaType())));
        attached.setFileName(part.name());
        attached.setDisposition(jakarta.mail.Part.ATTACHMENT);
        // Otherwise what has only ASCII characters travels as text, and arrives with other line ends.
        attached.setHeader("Content-Transfer-Encoding", "base64");
        return attached;
    }

    /** The repeat comes when the first one is gone: a second set of the same names and bytes. */
    private static Way folder(Path folder) {
        var handOver = new HandOver(folder);
        return (letter, fault, again) -> {
            var files = new ArrayList<>(letter.attachments());
            files.add(letter.body());
            if (again) {
                Rounds.until(Duration.ofSeconds(60), () -> files.stream()
                        .noneMatch(file -> Files.exists(folder.resolve(file.name()))));
            }
            for (var file : files) {
                handOver.lay(file.name(), file.bytes());
            }
        };
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of("hub", "key-file", "smtp-port", "mail-to", "folder", "journal", "seed", "each"),
                Set.of(
                        "misbehave-timeout",
                        "misbehave-duplicate",
                        "misbehave-unknown",
                        "misbehave-broken",
                        "misbehave-no-pdf"));
        var faults = EnumSet.noneOf(Fault.class);
        for (var fault : Fault.values()) {
            if (options.has("misbehave-" + fault.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
                faults.add(fault);
            }
        }
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC())) {
            var amt24 = new Amt24(new Applications(options.number("seed", 1)), journal);
            var each = options.number("each", 5);
            journal.note("ready");
            if (options.has("hub")) {
                var key = Files.readString(options.path("key-file")).strip();
                amt24.work("rest", rest(new HubClient(URI.create(options.text("hub")), key), journal), each, faults);
            }
            if (options.has("smtp-port")) {
                amt24.work("mail", mail(options.number("smtp-port", 25), options.text("mail-to")), each, faults);
            }
            if (options.has("folder")) {
                amt24.work("folder", folder(options.path("folder")), each, faults);
            }
            journal.note("done");
        }
    }
}
