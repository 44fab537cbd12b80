package de.stellwerk.plugins.mailbox;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.ParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mails other projects test with: no crash, no endless loop, and no part lost. They lie in the folder {@code conformance/mail} beside
 * the checkout ({@code ../shared/conformance}) or where {@code STELLWERK_CONFORMANCE} says; without them the tests are skipped.
 */
@Timeout(30)
class ConformanceTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private final PostOffice office;

    ConformanceTest() throws IOException {
        office = new PostOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mails")
    void aMailIsTakenWithAllItsParts(String name, Path file) throws Exception {
        assumeTrue(Files.exists(file), "the conformance mails are not beside this checkout");
        var bytes = Files.readAllBytes(file);
        office.put(bytes);
        var hub = office.hub(directory);
        try (var source = hub.open(new SecureMailbox(), Source.class)) {
            hub.poll(source);
            hub.poll(source);
        }
        assertThat(hub.inbox().offered()).as("handed over once").hasSize(1);
        assertThat(office.waiting()).isZero();
        assertThat(hub.directory()).isEmptyDirectory();
        var message = hub.inbox().offered().get(0);
        assertThat(message.kind()).isIn("notice.signed", "mail.unreadable");
        if (message.kind().equals("notice.signed")) {
            assertThat(message.attachments()).extracting(Content::name).endsWith("mail.eml");
            assertThat(all(message))
                    .as("attachments the library finds on its own")
                    .containsAll(attachments(bytes));
        } else {
            assertThat(message.body().mediaType()).isEqualTo("message/rfc822");
        }
    }

    @Test
    void aMailWithPdfAndXmlHasBothUnderTheirNames() throws Exception {
        var message = read("pdf-and-xml/pdf-and-xml.eml");
        var names = Stream.concat(Stream.of(message.body()), message.attachments().stream())
                .map(Content::name)
                .toList();
        assertThat(message.kind()).isEqualTo("notice.signed");
        assertThat(names).contains("Rechnung Grüße.pdf").anyMatch(name -> name.endsWith(".xml"));
        assertThat(read("pdf-and-xml/xml-only.eml").body().mediaType()).isEqualTo("application/xml");
    }

    @Test
    void anEncryptedMailIsHandedOverWhole() throws Exception {
        assertThat(read("james/eml/crypted.eml").kind()).isEqualTo("mail.unreadable");
    }

    private Message read(String name) throws Exception {
        var mails = folder();
        assumeTrue(mails.isPresent(), "the conformance mails are not beside this checkout");
        office.put(Files.readAllBytes(mails.get().resolve(name)));
        var hub = office.hub(directory);
        try (var source = hub.open(new SecureMailbox(), Source.class)) {
            hub.poll(source);
        }
        var offered = hub.inbox().offered();
        return offered.get(offered.size() - 1);
    }

    private static Stream<Arguments> mails() throws IOException {
        var folder = folder();
        if (folder.isEmpty()) {
            return Stream.of(arguments("none", Path.of("no-conformance-mails")));
        }
        try (var all = Files.walk(folder.get())) {
            return all.filter(file -> file.toString().endsWith(".eml")).sorted().toList().stream()
                    .map(file -> arguments(folder.get().relativize(file).toString(), file));
        }
    }

    private static Optional<Path> folder() {
        var given = System.getenv("STELLWERK_CONFORMANCE");
        if (given != null) {
            return Optional.of(Path.of(given, "mail")).filter(Files::isDirectory);
        }
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            var mails = at.resolveSibling("shared").resolve("conformance").resolve("mail");
            if (Files.isDirectory(mails)) {
                return Optional.of(mails);
            }
        }
        return Optional.empty();
    }

    private static List<String> all(Message message) {
        return Stream.concat(Stream.of(message.body()), message.attachments().stream())
                .map(content -> fingerprint(TestHub.bytes(content)))
                .toList();
    }

    /** A second opinion: the named parts of the mail, read in memory by the library's own way. */
    private static List<String> attachments(byte[] mail) throws MessagingException, IOException {
        var found = new ArrayList<String>();
        collect(new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(mail)), found);
        return found;
    }

    private static void collect(Part part, List<String> found) throws MessagingException, IOException {
        if (part.isMimeType("multipart/*") && part.getContent() instanceof Multipart parts) {
            for (var i = 0; i < parts.getCount(); i++) {
                BodyPart each = requireNonNull(parts.getBodyPart(i));
                collect(each, found);
            }
        } else if (part.isMimeType("message/rfc822") && part.getContent() instanceof MimeMessage inner) {
            collect(inner, found);
        } else if (isNamed(part)) {
            try (var in = part.getInputStream()) {
                found.add(fingerprint(in.readAllBytes()));
            }
        }
    }

    private static boolean isNamed(Part part) throws MessagingException {
        try {
            return part.getFileName() != null;
        } catch (ParseException e) {
            // A name the library cannot read is a name.
            return true;
        }
    }

    private static String fingerprint(byte[] bytes) {
        return bytes.length + ":" + Arrays.hashCode(bytes);
    }
}
