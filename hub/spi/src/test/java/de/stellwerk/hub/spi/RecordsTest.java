package de.stellwerk.hub.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Channel.Direction;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values that pass between hub and plugin. */
class RecordsTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "File-Drop", "1drop", "file drop", "file_drop", "-drop", "../drop", "drop\n"})
    void aConnectorsNameIsPlain(String name) {
        assertThatThrownBy(() -> ConnectorDescriptor.of(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lower-case letters, digits and dashes");
    }

    @Test
    void aDescriptorIsBuiltStepByStepAndTheStepsDoNotChangeEachOther() {
        var bare = ConnectorDescriptor.of("file-drop", "A folder");
        var full = bare.channels(Channel.out("files"))
                .settings(Setting.required("folder", "A folder"))
                .recognisingRepeats();
        assertThat(bare.channels()).isEmpty();
        assertThat(bare.recognisesRepeats()).isFalse();
        assertThat(full.name()).isEqualTo("file-drop");
        assertThat(full.title()).isEqualTo("A folder");
        assertThat(full.channels()).containsExactly(new Channel("files", Direction.OUT, List.of(), false));
        assertThat(full.settings()).hasSize(1);
        assertThat(full.recognisesRepeats()).isTrue();
    }

    @Test
    void aChannelsDirectionFollowsFromHowItIsMade() {
        assertThat(Channel.in("a", "k")).isEqualTo(new Channel("a", Direction.IN, List.of("k"), false));
        assertThat(Channel.out("a", "k")).isEqualTo(new Channel("a", Direction.OUT, List.of("k"), false));
        assertThat(Channel.answered("a", "k")).isEqualTo(new Channel("a", Direction.OUT, List.of("k"), true));
    }

    @Test
    void aSecretIsRequiredAndHasNoFallback() {
        assertThat(Setting.secret("password", "A secret"))
                .isEqualTo(new Setting("password", "A secret", true, true, Optional.empty()));
        assertThat(Setting.required("folder", "x").secret()).isFalse();
        assertThat(Setting.optional("wait", "x", "5s").fallback()).contains("5s");
        assertThat(Setting.optional("wait", "x", "5s").required()).isFalse();
    }

    @Test
    void aMessageIsNotChangedByWhatWasAddedToACopy() {
        var bare = Message.of("1", "form.submission", content("a"));
        var full = bare.inCase("case-1")
                .answering("ref-1")
                .header("sender", "a")
                .header("sender", "b")
                .attach(content("b"))
                .attach(content("c"));
        assertThat(bare.caseId()).isEmpty();
        assertThat(bare.headers()).isEmpty();
        assertThat(bare.attachments()).isEmpty();
        assertThat(full.id()).isEqualTo("1");
        assertThat(full.kind()).isEqualTo("form.submission");
        assertThat(full.caseId()).contains("case-1");
        assertThat(full.answers()).contains("ref-1");
        assertThat(full.headers()).isEqualTo(Map.of("sender", "b"));
        assertThat(full.attachments()).hasSize(2);
    }

    @Test
    void messagesAndDeliveriesKeepTheirOwnCopyOfMapsAndLists() {
        var headers = new HashMap<>(Map.of("a", "1"));
        var attachments = new ArrayList<>(List.of(content("x")));
        var message = new Message("1", "k", Optional.empty(), Optional.empty(), headers, content("b"), attachments);
        var delivery = new Delivery("1", 1, "14628270", "out", "k", "case", headers, content("b"), attachments, 1);
        headers.clear();
        attachments.clear();
        assertThat(message.headers()).hasSize(1);
        assertThat(message.attachments()).hasSize(1);
        assertThat(delivery.headers()).hasSize(1);
        assertThat(delivery.attachments()).hasSize(1);
        assertThatThrownBy(() -> delivery.headers().put("b", "2")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void contentIsOpenedAsOftenAsWanted(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("a.xml"), "from a file");
        for (var content : List.of(content("from a file"), Content.of("a.xml", "application/xml", file))) {
            for (var times = 0; times < 2; times++) {
                try (var in = content.open()) {
                    assertThat(in).hasContent("from a file");
                }
            }
        }
    }

    @Test
    void theTextOfContentShowsNeitherItsNameNorItsBytes() {
        assertThat(Content.of("Erika Mustermann.pdf", "application/pdf", "private".getBytes(UTF_8)))
                .hasToString("Content[application/pdf]");
    }

    @Test
    void aSettingOfTheWrongFormIsNamed() {
        var settings = new OneSetting("many");
        assertThatThrownBy(() -> settings.number("port"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'port'");
        assertThatThrownBy(() -> settings.flag("tls"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'tls'");
    }

    @Test
    void aSettingIsReadInTheFormAskedFor() {
        assertThat(new OneSetting("993").number("port")).isEqualTo(993);
        assertThat(new OneSetting("true").flag("tls")).isTrue();
        assertThat(new OneSetting("false").flag("tls")).isFalse();
        assertThat(new OneSetting("https://pay.example/").uri("url")).isEqualTo(URI.create("https://pay.example/"));
    }

    private static Content content(String text) {
        return Content.of("a.txt", "text/plain", text.getBytes(UTF_8));
    }

    private record OneSetting(String value) implements Settings {

        @Override
        public String text(String name) {
            return value;
        }

        @Override
        public Path path(String name) {
            return Path.of(value);
        }

        @Override
        public Duration duration(String name) {
            return Duration.parse(value);
        }
    }
}
