package de.stellwerk.plugins.register.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.camel.Unreadable;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final String ID = "0123456789abcdef".repeat(4);

    private final Table table = new Table(List.of("vorgang", "firma", "ort"), true);

    @Test
    void anEntryIsAHeaderAndOneLine() throws Exception {
        assertThat(line("<vorgang>LEI-1</vorgang><firma>Groß &amp; Klein</firma><ort>Leipzig</ort>"))
                .isEqualTo("id;vorgang;firma;ort;anlagen\r\n" + ID + ";LEI-1;Groß & Klein;Leipzig;2\r\n");
    }

    @Test
    void theHeaderCanBeLeftOutAndTheHubsColumnsMoved() throws Exception {
        var other = new Table(List.of("ort", "anlagen", "id"), false);
        assertThat(other.line(xml("<ort>Leipzig</ort>"), ID, 0)).isEqualTo("Leipzig;0;" + ID + "\r\n");
    }

    @Test
    void separatorsAndQuotationMarksAreQuotedAndLineBreaksBecomeBlanks() throws Exception {
        assertThat(values("<firma>A;B \"C\"</firma><ort>a\n  b&#13;c&#x2028;d</ort>"))
                .isEqualTo(";\"A;B \"\"C\"\"\";a   b c d;2\r\n");
    }

    @Test
    void aValueThatWouldRunAsAFormulaGetsAnApostrophe() throws Exception {
        for (var formula : List.of("=1+1", "+49", "-1", "@SUM(A1)", "\t=1", " &#10;=1")) {
            assertThat(values("<firma>" + formula + "</firma>")).as(formula).startsWith(";'");
        }
        assertThat(values("<firma>A=1</firma>")).startsWith(";A=1;");
    }

    @Test
    void anElementWithoutAColumnIsRejectedBecauseItWouldBeLost() {
        rejected("<strasse>Markt</strasse>", "register.column: 'columns' does not name the element 'strasse'");
        rejected("<id>mine</id>", "register.column");
        rejected("<anlagen>9</anlagen>", "register.column");
        rejected("<ort>a</ort><ort>b</ort>", "register.column: the element 'ort' comes twice");
    }

    @Test
    void whatIsNoFlatEntryIsUnreadable() {
        for (var broken : List.of("<ort><b/></ort>", "<ort>", "text", "</register-entry><x>")) {
            assertThatThrownBy(() -> line(broken)).as(broken).isInstanceOf(Unreadable.class);
        }
        assertThatThrownBy(() -> table.line(bytes("<!DOCTYPE a><a/>"), ID, 0))
                .isInstanceOf(Unreadable.class)
                .hasMessageContaining("xml.doctype");
        assertThatThrownBy(() -> table.line(bytes("<register-entry/>"), ID, 0))
                .isInstanceOf(RejectedByTarget.class)
                .hasMessageContaining("register.unreadable");
    }

    @Test
    void columnsAreNamedOnceAndPlainly() {
        for (var columns : List.of(List.of("a", "a"), List.of(""), List.of("a b"), List.of("=a"))) {
            assertThatThrownBy(() -> new Table(columns, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'columns'");
        }
    }

    private void rejected(String elements, String reason) {
        assertThatThrownBy(() -> line(elements))
                .isInstanceOf(RejectedByTarget.class)
                .hasMessageStartingWith(reason);
    }

    private String values(String elements) throws Exception {
        return line(elements).lines().skip(1).findFirst().orElseThrow().substring(ID.length() + 1) + "\r\n";
    }

    private String line(String elements) throws Exception {
        return table.line(xml(elements), ID, 2);
    }

    private static ByteArrayInputStream xml(String elements) {
        return bytes("<register-entry xmlns='" + Table.NAMESPACE + "'>" + elements + "</register-entry>");
    }

    private static ByteArrayInputStream bytes(String xml) {
        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
    }
}
