package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransliterationTest {

    private final Run run = new Run(Folder.input("<a/>"));

    @ParameterizedTest
    @CsvSource({
        "ISO-8859-1, Budyšin, Budysin",
        "ISO-8859-1, Đặng Thị Hồng, Dang Thi Hong",
        "ISO-8859-1, Nguyễn, Nguyen",
        "ISO-8859-1, Łukasz Żak, Lukasz Zak",
        "ISO-8859-1, Měrćin Ćišinski, Mercin Cisinski",
        "ISO-8859-1, Müller & Søn, Müller & Søn",
        "ISO-8859-1, D’Angelo „Café“ – …, D'Angelo \"Café\" - ...",
        "ISO-8859-1, 5 €, 5 EUR",
        "ISO-8859-15, 5 €, 5 €",
        "windows-1252, „Café“ – Š, „Café“ – Š",
        "US-ASCII, Größe ÄÖÜ ß, Groesse AeOeUe ss",
        "US-ASCII, Århus Søn Þór, Aarhus Soen Thor",
        "US-ASCII, ﬁn Ǿ, fin Oe",
        "UTF-8, Đặng漢, Đặng漢"
    })
    void lettersAreReplacedOnlyWhereTheCharsetLacksThem(String charset, String from, String to) throws Exception {
        assertThat(apply(charset, from)).isEqualTo(to);
    }

    @Test
    void aLetterAndItsMarkBecomeOneCharacterWhereTheCharsetHasIt() throws Exception {
        assertThat(apply("ISO-8859-1", "Mu\u0308ller s\u030c M\u0302")).isEqualTo("Müller s M");
        assertThat(run.notes()).singleElement().asString().contains("composed (NFC)", "U+0161 → s", "U+0302 → nothing");
    }

    @Test
    void everyKindOfChangeIsCountedAndNoTextIsQuoted() throws Exception {
        apply("ISO-8859-1", "šaš Łódź");

        assertThat(run.notes())
                .containsExactly("Replaced for ISO-8859-1: U+0141 → L (1×), U+0161 → s (2×), U+017A → z (1×)");
    }

    @Test
    void nothingIsNotedWhereNothingChanged() throws Exception {
        assertThat(apply("ISO-8859-1", "Müller")).isEqualTo("Müller");
        assertThat(run.notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"漢", "Ω", "Ж", "😀", "🦀"})
    void whatHasNoReplacementIsNotGuessed(String text) {
        assertThatThrownBy(() -> apply("ISO-8859-1", text))
                .isInstanceOfSatisfying(Quarantine.class, quarantine -> assertThat(quarantine.code())
                        .isEqualTo("text.charset"));
    }

    @Test
    void replacementsInADocumentKeepItWellFormed() throws Exception {
        var xml = "<a b=\"„x“ ‹y›\">&#353;<!-- š --><![CDATA[<š>]]> &lt;</a>";

        var out = Folder.text(transliteration("US-ASCII").apply(xml(xml), run).content());

        assertThat(out).endsWith("<a b=\"&quot;x&quot; 'y'\">s<!-- s --><![CDATA[<s>]]> &lt;</a>");
    }

    @Test
    void namesOfElementsAreNotReplaced() {
        assertThatThrownBy(() -> transliteration("US-ASCII").apply(xml("<straße/>"), run))
                .isInstanceOf(Quarantine.class);
    }

    private String apply(String charset, String text) throws Exception {
        return Folder.text(transliteration(charset)
                .apply(Body.of("a.txt", "text/plain", text.getBytes(UTF_8)), run)
                .content());
    }

    private static Transliteration transliteration(String charset) {
        return new Transliteration(Charset.forName(charset));
    }

    private static Body xml(String text) {
        return Body.of("a.xml", "application/xml", text.getBytes(UTF_8));
    }
}
