package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.testkit.TestHub.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mails that only say where their files are: a real mail server and a real HTTPS server on the loopback. */
@Timeout(60)
class LinksTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    /** Making a certificate takes longer than a test. */
    @TempDir
    private static Path certificates = Path.of("set by JUnit");

    private FormOffice office;
    private FormServer server;
    private TestHub hub;

    @BeforeEach
    void start() throws Exception {
        office = new FormOffice();
        server = new FormServer(certificates);
        hub = hub("geheim");
        server.files.put("/process/010040-aejFvrvs.xml", "<form/>".getBytes(UTF_8));
        server.files.put("/process/010040-aejFvrvs.pdf", "%PDF-1.7".getBytes(UTF_8));
        server.files.put("/process/010040-aejFvrvs_attachments.zip", FormOffice.zip("plan.png", "plan"));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        office.close();
    }

    private TestHub hub(String password) {
        return office.hub(directory)
                .with("required", "xml,pdf")
                .with("link-hosts", "forms.example.org, " + server.host())
                .with("link-user", "pirna")
                .with("link-password", password)
                .with("link-trust", server.certificate());
    }

    @Test
    void linkedFilesAreFetchedBehindBasicAndBelongToTheForm() throws Exception {
        put("Guten Tag,\n" + server.url("/process/010040-aejFvrvs.xml") + "\n"
                + server.url("/process/010040-aejFvrvs.pdf") + ".\n("
                + server.url("/process/010040-aejFvrvs_attachments.zip")
                + ")\nhttps://www.example.org/datenschutz.pdf");
        var message = poll().get(0);
        assertThat(text(message.body())).isEqualTo("<form/>");
        assertThat(message.attachments()).extracting(Content::name).containsExactly("010040-aejFvrvs.pdf", "plan.png");
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void whatCannotBeFetchedStaysAndIsShownAndComesLater() throws Exception {
        var pdf = server.files.remove("/process/010040-aejFvrvs.pdf");
        put(server.url("/process/010040-aejFvrvs.xml") + " " + server.url("/process/010040-aejFvrvs.pdf"));
        office.put("2", FormOffice.file("b-2.xml", "<b/>"), FormOffice.file("b-2.pdf", "%PDF"));
        try (var source = hub.open(new FormMail(), Source.class)) {
            assertThatThrownBy(() -> hub.poll(source))
                    .hasMessageContaining("form.link")
                    .hasMessageContaining("404")
                    .hasMessageNotContaining("aejFvrvs");
            assertThat(hub.inbox().messages())
                    .as("the mail behind it is not held up")
                    .extracting(Message::id)
                    .containsExactly("<2@forms.example.org>#b-2");
            assertThat(office.waiting()).isEqualTo(1);

            var before = server.asked.size();
            assertThatThrownBy(() -> hub.poll(source)).hasMessageContaining("404");
            assertThat(server.asked).as("not asked again before its time").hasSize(before);

            server.files.put("/process/010040-aejFvrvs.pdf", pdf);
            hub.clock().pass(Duration.ofMinutes(5));
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(2);
        assertThat(office.waiting()).isZero();
    }

    @Test
    void aWrongPasswordLeavesTheMailInTheMailbox() throws Exception {
        put(server.url("/process/010040-aejFvrvs.xml"));
        hub = hub("falsch");
        assertThatThrownBy(this::poll).hasMessageContaining("401").hasMessageContaining("link-password");
        assertThat(office.waiting()).isEqualTo(1);
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/half.xml", "/page.pdf"})
    void halfAFileAndAPageInsteadOfItAreNotTaken(String path) throws Exception {
        server.files.put(path, "<form/>".getBytes(UTF_8));
        put(server.url(path));
        assertThatThrownBy(this::poll).hasMessageContaining("form.link");
        assertThat(office.waiting()).isEqualTo(1);
    }

    /** Whoever writes the mail does not choose whom the hub calls. */
    @Test
    void onlyNamedHostsAreCalledAndOnlyByHttps() throws Exception {
        office.put(
                "1",
                FormOffice.text("http://" + server.host() + "/process/010040-aejFvrvs.pdf"),
                FormOffice.file("010040-aejFvrvs.xml", "<form/>"));
        office.put("2", FormOffice.text("https://pirna:geheim@" + server.host() + "/process/010040-aejFvrvs.xml"));
        office.put("3", FormOffice.text("https://127.0.0.1:1/process/010040-aejFvrvs.xml"));
        var taken = poll();
        assertThat(server.asked).isEmpty();
        assertThat(taken).hasSize(3).allSatisfy(message -> {
            assertThat(message.kind()).isEqualTo("form.incomplete");
            assertThat(message.headers()).containsEntry("problem", "form.link-host");
        });
    }

    /** Two files of one name are two files; and what nobody means to send is not fetched. */
    @Test
    void whatCannotBeToldApartOrIsTooMuchGoesToAPerson() throws Exception {
        server.files.put("/other/010040-aejFvrvs.xml", "<other/>".getBytes(UTF_8));
        office.put(
                "1",
                FormOffice.text(server.url("/process/010040-aejFvrvs.xml") + " "
                        + server.url("/process/010040-aejFvrvs.pdf") + " "
                        + server.url("/other/010040-aejFvrvs.xml")));
        var many = new StringBuilder();
        for (var i = 0; i <= Links.MOST; i++) {
            many.append(server.url("/" + i + ".xml")).append(' ');
        }
        office.put("2", FormOffice.text(many.toString()));
        assertThat(poll())
                .extracting(message -> message.headers().get("detail"))
                .containsExactly("010040-aejfvrvs: more than one .xml", "it has more than 20 links to files");
        assertThat(server.asked).hasSize(3);
    }

    @Test
    void aRedirectIsFollowedToNamedHostsOnlyAndNotForEver() throws Exception {
        server.redirects.put("/a/010040-aejFvrvs.xml", "/process/010040-aejFvrvs.xml");
        put(server.url("/a/010040-aejFvrvs.xml") + " " + server.url("/process/010040-aejFvrvs.pdf"));
        assertThat(poll()).hasSize(1);

        server.redirects.put("/away.xml", "https://127.0.0.1:1/x.xml");
        put(server.url("/away.xml"));
        assertThatThrownBy(this::poll).hasMessageContaining("link-hosts");

        server.redirects.put("/away.xml", "/away.xml");
        assertThatThrownBy(this::poll).hasMessageContaining("more than 3 times");
        assertThat(office.waiting()).isEqualTo(1);
    }

    @Test
    void aFileLargerThanTheLimitIsNotTaken() throws Exception {
        server.files.put("/large.xml", new byte[3 << 20]);
        put(server.url("/large.xml"));
        hub = hub("geheim").with("max-size", 1);
        assertThatThrownBy(this::poll).hasMessageContaining("max-size");
        assertThat(office.waiting()).isEqualTo(1);
    }

    private void put(String text) throws Exception {
        office.put("1", FormOffice.text(text));
    }

    private List<Message> poll() throws Exception {
        try (var source = hub.open(new FormMail(), Source.class)) {
            return hub.poll(source).messages();
        }
    }
}
