package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.testkit.TestHub.text;
import static de.stellwerk.plugins.forms.FormOffice.file;
import static de.stellwerk.plugins.forms.FormOffice.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import de.stellwerk.plugins.mail.MailPickup;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real mail server on the loopback. */
@Timeout(60)
class MailFormsTest implements SourceContract {

    private static final String PDF = "%PDF-1.7";

    private final FormOffice office;

    MailFormsTest() throws IOException {
        office = new FormOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @Test
    void filesOfOneStemAreOneFormTheXmlItsBody(@TempDir Path directory) throws Exception {
        office.put(
                "1",
                FormOffice.text("Guten Tag"),
                file("010040-aejFvrvs.pdf", PDF),
                file("010040-aejFvrvs.xml", "<form/>"),
                file("010040-aejFvrvs_attachments.zip", zip("ausweis.png", "scan", "rechnung.xml", "<r/>")));
        var message = only(office.hub(directory).with("services", "010040=99050012104000"));
        assertThat(message.id()).isEqualTo("<1@forms.example.org>#010040-aejFvrvs");
        assertThat(message.kind()).isEqualTo("form.submission");
        assertThat(message.headers())
                .containsEntry("form", "010040")
                .containsEntry("transaction", "aejFvrvs")
                .containsEntry("service", "99050012104000");
        assertThat(text(message.body())).isEqualTo("<form/>");
        assertThat(message.body().mediaType()).isEqualTo("application/xml");
        assertThat(message.attachments())
                .extracting(Content::name)
                .containsExactly("010040-aejFvrvs.pdf", "ausweis.png", "rechnung.xml");
        assertThat(message.attachments())
                .extracting(Content::mediaType)
                .containsExactly("application/pdf", "image/png", "application/xml");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void severalStemsInOneMailAreSeveralForms(@TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", "<a/>"), file("b-2.xml", "<b/>"), file("A-1.PDF", PDF), file("b-2.pdf", PDF));
        var hub = office.hub(directory).with("required", "xml,pdf");
        assertThat(poll(hub).messages())
                .extracting(Message::id)
                .containsExactly("<1@forms.example.org>#a-1", "<1@forms.example.org>#b-2");
        assertThat(hub.inbox().messages())
                .allSatisfy(message -> assertThat(message.attachments()).hasSize(1));
    }

    @Test
    void anArchiveMayHoldAllOfAForm(@TempDir Path directory) throws Exception {
        office.put("1", file("eingang.zip", zip("010040-x.xml", "<a/>", "010040-x.pdf", PDF)));
        var message = only(office.hub(directory).with("required", "xml,pdf"));
        assertThat(message.body().name()).isEqualTo("010040-x.xml");
        assertThat(message.attachments()).hasSize(1);
    }

    /** One of two forms lacks its PDF: the other one goes on, and the mail itself goes to a person. */
    @Test
    void anIncompleteFormGoesToAPersonTogetherWithItsMail(@TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", "<a/>"), file("a-1.pdf", PDF), file("b-2.xml", "<b/>"));
        var hub = office.hub(directory).with("required", "xml,pdf");
        assertThat(poll(hub).messages())
                .extracting(Message::kind)
                .containsExactly("form.submission", "form.incomplete");
        var incomplete = hub.inbox().messages().get(1);
        assertThat(incomplete.headers())
                .containsEntry("problem", "form.incomplete")
                .containsEntry("detail", "b-2: no .pdf");
        assertThat(incomplete.body().mediaType()).isEqualTo("message/rfc822");
        assertThat(text(incomplete.body())).contains("b-2.xml");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<a>", "<!DOCTYPE a><a/>", "kein XML", ""})
    void aBodyThatIsNoXmlGoesToAPerson(String body, @TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", body));
        var message = only(office.hub(directory));
        assertThat(message.kind()).isEqualTo("form.incomplete");
        assertThat(message.headers()).containsEntry("problem", "form.incomplete");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void anArchiveThatCannotBeTrustedGoesToAPersonAndNothingOfItIsUnpacked(@TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", "<a/>"), file("a-1_anlagen.zip", zip("../x.txt", "x")));
        office.put("2", file("b-1.xml", "<b/>"), file("anlagen.zip", "PK no archive"));
        office.put("3", file("c-1.xml", "<c/>"), file("c-1.zip", zip("zeros.txt", "0".repeat(20_000_000))));
        var taken = poll(office.hub(directory)).messages();
        assertThat(taken).extracting(Message::kind).containsOnly("form.incomplete");
        assertThat(taken)
                .extracting(message -> message.headers().get("problem"))
                .containsExactly("archive.path", "archive.damaged", "archive.ratio");
    }

    @Test
    void aMailWithoutAFormGoesToAPerson(@TempDir Path directory) throws Exception {
        office.put("1", FormOffice.text("Wann haben Sie geöffnet?"));
        var message = only(office.hub(directory));
        assertThat(message.kind()).isEqualTo("form.incomplete");
        assertThat(message.headers()).containsEntry("detail", "no form");
    }

    /** The hub dies between two forms of a mail: the first one is known when the mail comes again. */
    @Test
    void aMailIsMovedOnlyWhenAllItsFormsAreHeld(@TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", "<a/>"), file("b-2.xml", "<b/>"));
        var hub = office.hub(directory);
        try (var source = hub.open(factory(), Source.class)) {
            hub.inbox().mode(Mode.LOSE_ANSWER);
            assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(IllegalStateException.class);
            assertThat(hub.inbox().messages()).hasSize(1);
            assertThat(office.waiting()).isEqualTo(1);
            hub.inbox().mode(Mode.TAKE);
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(2);
        assertThat(hub.inbox().quarantined()).isEmpty();
        assertThat(office.waiting()).isZero();
    }

    @Test
    void whatIsWrongInTheSettingsIsToldAtOnce(@TempDir Path directory) {
        var hub = office.hub(directory)
                .with("link-user", "pirna")
                .with("link-trust", "nowhere.pem")
                .with("imap-rejected", "INBOX");
        assertThatThrownBy(() -> hub.open(factory()))
                .hasMessageContaining("'link-password'")
                .hasMessageContaining("'link-hosts'")
                .hasMessageContaining("'imap-rejected'")
                .hasMessageContaining("'link-trust'");
        var wrong = office.hub(directory).with("services", "010040=1").with("required", "x ml");
        assertThatThrownBy(() -> hub.open(factory())).isNotNull();
        assertThatThrownBy(() -> wrong.open(factory()))
                .hasMessageContaining("'services'")
                .hasMessageContaining("'required'");
    }

    @Test
    void theConnectionTestLogsInAndLooksForTheFolders(@TempDir Path directory) throws Exception {
        office.put("1", file("a-1.xml", "<a/>"));
        try (var tested = office.hub(directory).open(factory(), Tested.class)) {
            assertThat(tested.test())
                    .extracting(check -> check.name() + " " + check.outcome())
                    .containsExactly(
                            "imap login PASSED",
                            "folder INBOX PASSED",
                            "folder Verarbeitet FAILED",
                            "folder Abgelehnt FAILED");
        }
        assertThat(office.waiting()).isEqualTo(1);
    }

    private Message only(TestHub hub) throws Exception {
        assertThat(poll(hub).offered()).hasSize(1);
        return hub.inbox().offered().get(0);
    }

    private TestInbox poll(TestHub hub) throws Exception {
        try (var source = hub.open(factory(), Source.class)) {
            return hub.poll(source);
        }
    }

    // --- the contract

    @Override
    public ConnectorFactory factory() {
        return new FormMail();
    }

    @Override
    public TestHub hub(Path directory) {
        return office.hub(directory).with("required", "xml,pdf");
    }

    @Override
    public void put(String name) throws Exception {
        office.put(
                name.replace(' ', '-'), file("010040-k.xml", "<form>" + name + "</form>"), file("010040-k.pdf", PDF));
    }

    @Override
    public int waiting() throws Exception {
        return office.waiting();
    }

    @Override
    public int keptRejected() {
        return office.in("Abgelehnt");
    }

    @Override
    public int mostAtOnce() {
        return MailPickup.MOST_AT_ONCE;
    }

    @Override
    public void unreachable() throws IOException {
        office.cut();
    }

    @Override
    public void reachable() throws IOException {
        office.mend();
    }
}
