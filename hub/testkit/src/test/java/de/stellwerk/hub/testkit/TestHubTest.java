package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestHubTest {

    private static final ConnectorDescriptor DESCRIPTOR = ConnectorDescriptor.of("test", "A test")
            .settings(
                    Setting.required("folder", "A folder"),
                    Setting.optional("wait", "How long", "30s"),
                    Setting.secret("password", "A secret"));

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void settingsLeftOutHaveTheirFallback() {
        var settings = new TestHub(directory)
                .with("folder", "in")
                .with("password", "x")
                .settings(DESCRIPTOR);
        assertThat(settings.duration("wait")).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.path("folder")).isEqualTo(directory.resolve("in"));
    }

    @Test
    void everyUnknownAndMissingSettingIsReportedAtOnce() {
        var hub = new TestHub(directory).with("foldr", "in");
        assertThatThrownBy(() -> hub.settings(DESCRIPTOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'foldr'", "'folder' is missing", "'password' is missing");
    }

    @Test
    void aSettingTheDescriptorDoesNotNameCannotBeRead() {
        var settings = new TestHub(directory)
                .with("folder", "in")
                .with("password", "x")
                .settings(DESCRIPTOR);
        assertThatThrownBy(() -> settings.text("other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'other'");
        assertThatThrownBy(() -> settings.duration("folder"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'folder'");
    }

    @Test
    void theSameIdWithTheSameBytesIsADuplicateAndWithOthersAConflict() {
        var inbox = new TestHub(directory).inbox();
        assertThat(inbox.accept("in", message("1", "a")).outcome()).isEqualTo(Outcome.TAKEN);
        var again = inbox.accept("in", message("1", "a"));
        assertThat(again.outcome()).isEqualTo(Outcome.DUPLICATE);
        assertThat(again.messageId()).isEqualTo("hub-1");
        var other = inbox.accept("in", message("1", "b"));
        assertThat(other.outcome()).isEqualTo(Outcome.QUARANTINED);
        assertThat(other.code()).isEqualTo("message.conflict");
        assertThat(inbox.messages()).hasSize(1);
        assertThat(inbox.quarantined()).hasSize(1);
    }

    @Test
    void theSameBytesInOtherPartsAreOtherContent() {
        var inbox = new TestHub(directory).inbox();
        inbox.accept("in", message("1", "ab").attach(content("c")));
        assertThat(inbox.accept("in", message("1", "a").attach(content("bc"))).outcome())
                .isEqualTo(Outcome.QUARANTINED);
    }

    @Test
    void whatIsRefusedIsNotStored() {
        var inbox = new TestHub(directory).inbox();
        inbox.mode(Mode.REFUSE);
        assertThatThrownBy(() -> inbox.accept("in", message("1", "a"))).isInstanceOf(IllegalStateException.class);
        assertThat(inbox.messages()).isEmpty();
        assertThat(inbox.offered()).hasSize(1);
    }

    @Test
    void aHeaderTheHubDoesNotLetInIsDropped() {
        var inbox = new TestHub(directory).inbox();
        inbox.accept(
                "in", message("1", "a").header("good", "x").header("Bad", "x").header("broken", "a\r\nb"));
        assertThat(inbox.messages().get(0).headers()).isEqualTo(Map.of("good", "x"));
    }

    @Test
    void anAnswerTakesItsDeliveryOffTheAwaitedList() {
        var inbox = new TestHub(directory).inbox();
        var now = Instant.parse("2026-11-24T09:00:00Z");
        inbox.awaits(
                "orders", new Awaited("ref-1", "case-1", now, Map.of()), new Awaited("ref-2", "case-2", now, Map.of()));
        assertThat(inbox.awaited("orders", 1)).extracting(Awaited::reference).containsExactly("ref-1");
        inbox.accept("in", message("1", "a").answering("ref-1"));
        assertThat(inbox.awaited("orders", 9)).extracting(Awaited::reference).containsExactly("ref-2");
    }

    @Test
    void aConnectorThatBreaksItsOwnDescriptorIsToldSo() throws Exception {
        var hub = new TestHub(directory);
        try (var tray = hub.open(new Tray())) {
            assertThat(tray).isNotNull();
            assertThatThrownBy(() -> hub.inbox().accept("out", message("1", "a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'out'");
            assertThatThrownBy(() -> hub.inbox().accept("in", message("x".repeat(201), "a")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theSameTextMakesTheSameDeliveryAndAnotherTextAnother() {
        var one = TestHub.delivery("1", "form.submission", "<a/>");
        assertThat(one.id())
                .matches("[0-9a-f]{64}")
                .isEqualTo(TestHub.delivery("1", "x", "<b/>").id());
        assertThat(one.number())
                .isPositive()
                .isEqualTo(TestHub.withAttempt(one, 7).number());
        assertThat(TestHub.delivery("2", "form.submission", "<a/>").id()).isNotEqualTo(one.id());
    }

    @Test
    void theClockMovesOnlyWhenItIsMoved() {
        var clock = new TestHub(directory).clock();
        var inBerlin = clock.withZone(ZoneId.of("Europe/Berlin"));
        clock.pass(Duration.ofHours(1));
        assertThat(inBerlin.instant()).isEqualTo("2026-11-24T10:00:00Z");
        clock.set(Instant.EPOCH);
        assertThat(inBerlin.instant()).isEqualTo(Instant.EPOCH);
    }

    private static Message message(String id, String text) {
        return Message.of(id, "test", content(text));
    }

    private static Content content(String text) {
        return Content.of("a.txt", "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }
}
