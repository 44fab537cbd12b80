package de.stellwerk.plugins.mail;

import static de.stellwerk.plugins.mail.Mails.attachment;
import static de.stellwerk.plugins.mail.Mails.mixed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.testkit.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of a mail, and bytes that are no mail. */
@Timeout(60)
class LetterOpenerTest {

    private static final String DOCUMENT = attachment("b", "text/xml", "a.xml", "<a/>");

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void aMailAtTheLimitsIsTakenApart() throws Exception {
        assertThat(open(mixed(DOCUMENT.repeat(LetterOpener.PARTS - 1))).attachments())
                .hasSize(LetterOpener.PARTS - 2);
        assertThat(open(Mails.deep(LetterOpener.DEPTH)).document()).isPresent();
    }

    @Test
    void aMailBeyondTheLimitsIsNot() {
        refused(mixed(DOCUMENT.repeat(LetterOpener.PARTS)), "parts");
        refused(Mails.deep(LetterOpener.DEPTH + 1), "levels");
        refused(Mails.deep(1_000), "levels");
        refused("X-Filler: " + "x ".repeat(150_000) + "\r\n" + mixed(DOCUMENT), "header");
        refused("X-Filler: x\r\n".repeat(30_000) + mixed(DOCUMENT), "header");
    }

    /** The parser would make an object of each before anybody could count them. */
    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r"})
    void countlessPartsAreSeenBeforeTheyAreMade(String lineEnd) {
        refused(mixed(("--b" + lineEnd + lineEnd).repeat(500_000) + DOCUMENT), "parts");
        var inner = Base64.getMimeEncoder()
                .encodeToString(
                        mixed(("--b" + lineEnd + lineEnd).repeat(50_000)).getBytes(StandardCharsets.UTF_8));
        refused(
                mixed("--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner
                        + "\r\n"),
                "parts");
    }

    @Test
    void partsThatUseUpTheRoomAreRefused() throws Exception {
        var mail = mixed(attachment("b", "text/xml", "a.xml", "x".repeat(1_000)));
        var file = Files.writeString(directory.resolve("mail"), mail);
        try (var spool = new Spool(directory, 999)) {
            assertThatThrownBy(() -> new LetterOpener(spool).open(file))
                    .isInstanceOf(Unreadable.class)
                    .hasMessageContaining("larger");
        }
        assertThat(directory.toFile().list()).containsExactly("mail");
    }

    /** Three hundred changed mails: each is a letter or unreadable, and nothing else ever comes out. */
    @Test
    void changedBytesNeverMakeMoreThanAnUnreadableMail() throws Exception {
        var seed = 20261124L;
        var random = new Random(seed);
        var good = Mails.notice("1").getBytes(StandardCharsets.UTF_8);
        var letters = 0;
        for (var i = 0; i < 300; i++) {
            var bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
            for (var change = random.nextInt(20); change > 0; change--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                letters += open(bad).document().isPresent() ? 1 : 0;
            } catch (Unreadable e) {
                assertThat(e).as("seed " + seed + ", mail " + i).hasMessageNotContaining("null");
            }
        }
        assertThat(letters).as("some are still read").isPositive();
    }

    private void refused(String mail, String why) {
        assertThatThrownBy(() -> open(mail)).isInstanceOf(Unreadable.class).hasMessageContaining(why);
    }

    private Letter open(String mail) throws Exception {
        return open(mail.getBytes(StandardCharsets.UTF_8));
    }

    private Letter open(byte[] mail) throws Exception {
        var file = Files.write(directory.resolve("mail"), mail);
        try (var spool = new Spool(directory, 100_000_000)) {
            var letter = new LetterOpener(spool).open(file);
            letter.document().ifPresent(TestHub::bytes);
            return letter;
        }
    }
}
