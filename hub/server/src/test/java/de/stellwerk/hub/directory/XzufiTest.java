package de.stellwerk.hub.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.ledger.DirectoryEntry;
import de.stellwerk.hub.ledger.DirectoryEntry.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XzufiTest {

    private static final String SERVICES = """
            <leistung><id schemeAgencyID="L1" schemeDataURI="urn:x">100</id>
              <referenzLeiKa><code>99050012104000</code></referenzLeiKa></leistung>
            <spezialisierung><id schemeAgencyID="L1" schemeDataURI="urn:x">200</id>
              <leistungID schemeAgencyID="L1" schemeDataURI="urn:x">100</leistungID></spezialisierung>
            """;
    private static final String SERVICE = "<leistungID schemeAgencyID='L1' schemeDataURI='urn:x'>100</leistungID>";
    private static final String PIRNA =
            "<gebietID schemeDataURI='urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs'>146285229270</gebietID>";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"2_1_0", "2_2_0"})
    void anAuthorityAndAnOnlineServiceBecomeEntriesWithTheirDays(String version) throws Exception {
        var extract = read(
                version,
                office("<rolle><code>01</code></rolle>" + SERVICE + PIRNA
                                + "<gueltigkeit><beginn>2026-01-01</beginn><ende>2026-12-31</ende></gueltigkeit>")
                        + SERVICES
                        + """
                <onlinedienst><id>OD1</id><bezeichnung languageCode="de">Gewerbe online</bezeichnung>
                  <link><typ listURI="urn:xoev-de:fim:codeliste:onlinedienstlinktyp"><code>01</code></typ>
                    <link>https://amt24.example.org/gewerbe</link></link>
                  <zustaendigkeit><leistungID schemeAgencyID="L1" schemeDataURI="urn:x">200</leistungID><gebietID>14</gebietID></zustaendigkeit>
                </onlinedienst>""");

        assertThat(extract.standard()).isEqualTo(version.replace('_', '.'));
        assertThat(extract.leftOut()).isZero();
        assertThat(extract.entries())
                .containsExactly(
                        new DirectoryEntry(
                                Kind.AUTHORITY,
                                "99050012104000",
                                "14628270",
                                "01",
                                "A1",
                                "Ordnungsamt",
                                "",
                                Optional.of(LocalDate.of(2026, 1, 1)),
                                Optional.of(LocalDate.of(2026, 12, 31))),
                        new DirectoryEntry(
                                Kind.ONLINE,
                                "99050012104000",
                                "14",
                                "",
                                "OD1",
                                "Gewerbe online",
                                "https://amt24.example.org/gewerbe",
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void whatNamesAServiceNobodyDescribesOrAnAreaOfAnotherKindIsLeftOutAndCounted() throws Exception {
        var extract = read(
                "2_2_0",
                SERVICES
                        + office(SERVICE + PIRNA)
                        + office("<leistungID>999</leistungID>" + PIRNA).replace("A1", "A2")
                        + office(SERVICE + "<gebietID schemeDataURI='urn:plz'>01796</gebietID>")
                                .replace("A1", "A3"));

        assertThat(extract.entries()).extracting(DirectoryEntry::owner).containsExactly("A1");
        assertThat(extract.leftOut()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "directory.leika    | 99050012104000 | 9905001210400",
                "directory.area     | 146285229270   | 1462852292",
                "directory.area     | 146285229270   | 995285229270",
                "directory.date     | 2026-01-01     | 01.01.2026",
                "directory.validity | 2026-01-01     | 2027-01-01",
                "xml.schema         | <leistungID schemeAgencyID='L1' schemeDataURI='urn:x'>100</leistungID> | ''",
                "xml.malformed      | </schreibe>    | ''",
                "version.unknown    | xzufiVersion=\"2.2.0\" | xzufiVersion=\"2.1.0\"",
                "directory.partial  | <nachrichtenkopf/> | <loesche/>",
            })
    void aBadFileIsRefusedWithItsPlace(String code, String good, String bad) throws Exception {
        var export = export(
                "2_2_0",
                SERVICES
                        + office(SERVICE + PIRNA
                                + "<gueltigkeit><beginn>2026-01-01</beginn><ende>2026-12-31</ende></gueltigkeit>"));
        assertThat(export).contains(good);

        assertThatThrownBy(() -> read(export.replace(good, bad == null ? "" : bad)))
                .isInstanceOfSatisfying(BadInput.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.line()).isPositive();
                    assertThat(e.column()).isPositive();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2_3_0", "3_0_0"})
    void anotherVersionIsNotGuessed(String version) {
        assertThatThrownBy(() -> read(version, SERVICES))
                .isInstanceOfSatisfying(
                        BadInput.class, e -> assertThat(e.code()).isEqualTo("version.unknown"));
    }

    @Test
    void anExportWithoutResponsibilitiesDoesNotEmptyTheDirectory() {
        assertThatThrownBy(() -> read("2_2_0", SERVICES))
                .isInstanceOfSatisfying(
                        BadInput.class, e -> assertThat(e.code()).isEqualTo("directory.empty"));
    }

    @Test
    void aDocumentTypeIsRefused() {
        assertThatThrownBy(() -> read("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"))
                .isInstanceOfSatisfying(
                        BadInput.class, e -> assertThat(e.code()).isEqualTo("xml.doctype"));
    }

    @ParameterizedTest
    @CsvSource({
        "146285229270, 14628270",
        "14628270, 14628270",
        "146285229000, 146285229",
        "146280000000, 14628",
        "14628000, 14628",
        "14628, 14628",
        "145110000000, 14511",
        "140000000000, 14",
        "145000000000, 145",
        "14, 14",
        "00, 00",
        "000000000000, 00",
        "990000000000, ''",
        "1462827, ''",
        "abc, ''",
    })
    void keysOfAreasAreKeptWithoutTheZerosBehindThem(String given, String kept) {
        assertThat(Area.of(given).orElse("")).isEqualTo(kept);
    }

    @Test
    void aMunicipalityLiesInItsAssociationCountyDistrictStateAndCountry() {
        assertThat(Area.around("14628270", Optional.of("146285229270")))
                .containsExactly("14628270", "146285229", "14628", "146", "14", "00");
        assertThat(Area.around("14511000", Optional.empty())).containsExactly("14511", "145", "14", "00");
    }

    private static String office(String duty) {
        return "<organisationseinheit><id schemeAgencyID=\"L1\">A1</id><name><name>Ordnungsamt</name></name>"
                + "<zustaendigkeit>" + duty + "</zustaendigkeit></organisationseinheit>\n";
    }

    private static String export(String version, String objects) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xzufi:transfer xmlns:xzufi=\"http://xoev.de/schemata/xzufi/"
                + version + "\" xzufiVersion=\"" + version.replace('_', '.')
                + "\"><nachrichtenkopf/><schreibe>\n" + objects + "</schreibe></xzufi:transfer>";
    }

    private Xzufi.Extract read(String version, String objects) throws IOException, BadInput {
        return read(export(version, objects));
    }

    private Xzufi.Extract read(String xml) throws IOException, BadInput {
        return Xzufi.read(Files.writeString(folder.resolve("export.xml"), xml));
    }
}
