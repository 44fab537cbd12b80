package de.stellwerk.hub.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FileNamesTest {

    @Test
    void aPlainNameStaysAsItIs() throws BadInput {
        for (var name :
                List.of("notice.pdf", "Gewerbeanmeldung Müller & Söhne (2).pdf", "Budyšin.xml", "a..b.txt", "100%.csv"))
            assertThat(FileNames.safe(name)).isEqualTo(name);
    }

    @Test
    void aPathIsRefusedHoweverItIsWritten() {
        for (var name : List.of(
                "../x",
                "..",
                "a/../x",
                "..\\x",
                "a\\..\\..\\x",
                "/etc/passwd",
                "\\\\host\\share",
                "\\x",
                "C:\\x",
                "c:x",
                "C:/x",
                "%2e%2e/x",
                "%2e%2e%2fx",
                "%2E%2E%5Cx",
                "%252e%252e%252fx",
                "..%2fx",
                "%2fetc",
                "C%3A/x",
                "~/x",
                "．．/x",
                "‥/x",
                ".\u200b./x",
                "\u202e../x",
                " ../x",
                "\u0000../x",
                "%25252525252e"))
            assertThatThrownBy(() -> FileNames.safe(name))
                    .as(name)
                    .isInstanceOfSatisfying(
                            BadInput.class, e -> assertThat(e.code()).isEqualTo("name.path"));
    }

    @Test
    void theTextOfARefusalDoesNotQuoteTheName() {
        assertThatThrownBy(() -> FileNames.safe("../Secret")).hasMessageNotContaining("Secret");
    }

    @Test
    void charactersThatAreNotSeenAreTakenOut() throws BadInput {
        assertThat(FileNames.safe("a\nb\r\u001b\u0000.txt")).isEqualTo("ab.txt");
        assertThat(FileNames.safe("invoice\u202efdp.exe")).isEqualTo("invoicefdp.exe");
        assertThat(FileNames.safe("a\u200b\u2066\ufeff.txt")).isEqualTo("a.txt");
        assertThat(FileNames.safe("a\ud800.txt")).isEqualTo("a.txt");
    }

    @Test
    void theNameIsComposed() throws BadInput {
        assertThat(FileNames.safe("Mu\u0308ller.xml")).isEqualTo("Müller.xml");
    }

    @Test
    void whatSomeFileSystemDoesNotTakeIsReplaced() throws BadInput {
        assertThat(FileNames.safe("Rechnung 1/2.pdf")).isEqualTo("Rechnung 1_2.pdf");
        assertThat(FileNames.safe("a<b>|c?\"*.txt")).isEqualTo("a_b__c___.txt");
        assertThat(FileNames.safe("note.txt:stream")).isEqualTo("note.txt_stream");
        assertThat(FileNames.safe("name. . ")).isEqualTo("name");
        assertThat(FileNames.safe("CON")).isEqualTo("_CON");
        assertThat(FileNames.safe("nul.txt")).isEqualTo("_nul.txt");
        assertThat(FileNames.safe("console.txt")).isEqualTo("console.txt");
    }

    @Test
    void whereNothingIsLeftItIsCalledFile() throws BadInput {
        for (var name : List.of("", " ", ".", "\n", "\u200b"))
            assertThat(FileNames.safe(name)).isEqualTo("file");
    }

    @Test
    void aLongNameIsCutAndKeepsItsEnding() throws BadInput {
        assertThat(FileNames.safe("x".repeat(500) + ".pdf"))
                .hasSize(FileNames.LENGTH)
                .endsWith("x.pdf");
        assertThat(FileNames.safe("x".repeat(500))).hasSize(FileNames.LENGTH);
        assertThat(FileNames.safe("x." + "y".repeat(500))).hasSize(FileNames.LENGTH);
        var emoji = FileNames.safe("x" + "\ud83d\ude00".repeat(300));
        assertThat(emoji.length()).isLessThanOrEqualTo(FileNames.LENGTH);
        assertThat(Character.isHighSurrogate(emoji.charAt(emoji.length() - 1))).isFalse();
    }
}
