package de.stellwerk.hub.testcase;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.testcase.TestCases.Told;
import de.stellwerk.hub.testkit.golden.GoldenCase;
import de.stellwerk.hub.testkit.golden.GoldenRun;
import de.stellwerk.plugins.filedrop.FileDrop;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TestCasesTest {

    private static final String FORM = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- von Erika Mustermann -->
            <g:anzeige xmlns:g="urn:example:gewerbe" g:ort="Pirna-Copitz"><g:code>07</g:code>
              <g:name>Müller &amp; Söhne</g:name><g:geboren>1964-08-12</g:geboren><g:art>Neuerrichtung</g:art>
              <g:iban>DE89 3704 0044 0532 0130 00</g:iban><g:mail>erika@mustermann.de</g:mail><g:tel>+49 3501 55 60</g:tel>
              <g:strasse><![CDATA[Am Markt 7]]></g:strasse><g:pass>L01X00T47</g:pass><g:ok>true</g:ok></g:anzeige>
            """;

    @TempDir
    private Path home = Path.of("set by JUnit");

    @Test
    void nothingOfAPersonStaysAndTheStructureDoes() throws Exception {
        Files.write(home.resolve("test-case-key"), new byte[] {1}); // with a key of chance 3704 could become 3704
        Files.createDirectories(home.resolve("routes/gewerbe"));
        Files.writeString(
                home.resolve("routes/gewerbe/a.xsd"),
                "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:enumeration value='Neuerrichtung'/></xs:schema>");

        var zip = zip("application/xml", FORM.getBytes(StandardCharsets.UTF_8));

        var xml = zip.get("message-01993f4e/delivery/body.xml");
        assertThat(xml)
                .doesNotContain(
                        "Erika",
                        "Müller",
                        "Söhne",
                        "1964",
                        "3704",
                        "mustermann",
                        "55 60",
                        "Markt",
                        "L01X00T47",
                        "Copitz")
                .contains(
                        "xmlns:g=\"urn:example:gewerbe\"",
                        "<g:code>07</g:code>",
                        "<g:art>Neuerrichtung</g:art>",
                        "<g:ok>true</g:ok>")
                .containsPattern("<g:geboren>19[0-9]{2}-[01][0-9]-[0-2][0-9]</g:geboren>")
                .containsPattern("<g:mail>[a-z]{5}@example\\.org</g:mail>")
                .containsPattern("<g:pass>[A-Z][0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{2}</g:pass>")
                .containsPattern("<g:name>[A-Z][äöüßéèáàñç][a-z]{4} &amp; S?[A-Z][äöüßéèáàñç][a-z]{3}</g:name>")
                .containsPattern("<!\\[CDATA\\[[A-Z][a-z] [A-Z][a-z]{4} [1-9]]]>");
        assertThat(xml.replaceAll(">[^<]*<", "><").replaceAll("\"[^\"]*\"", ""))
                .isEqualTo(FORM.replaceAll("<!--.*?-->", "<!-- -->")
                        .replaceAll("<!\\[CDATA.*?]]>", "<![CDATA[]]>")
                        .replaceAll(">[^<]*<", "><")
                        .replaceAll("\"[^\"]*\"", "")
                        .replace("<![CDATA[]]>", xml.replaceAll("(?s).*(<!\\[CDATA.*?]]>).*", "$1")));
    }

    @Test
    void anIbanKeepsItsCountryItsGroupsAndHasRightCheckDigits() {
        var made = placeholders().of("DE89 3704 0044 0532 0130 00");
        assertThat(made)
                .matches("DE[0-9]{2} [0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4} [0-9]{2}")
                .doesNotContain("3704 0044");
        var digits = new StringBuilder();
        var plain = made.replace(" ", "");
        (plain.substring(4) + plain.substring(0, 4)).chars().forEach(c -> digits.append(Character.digit(c, 36)));
        assertThat(new BigInteger(digits.toString()).mod(BigInteger.valueOf(97)))
                .isEqualTo(BigInteger.ONE);
    }

    @ParameterizedTest
    @CsvSource({
        "1964-08-12, [0-9]{4}-[0-9]{2}-[0-9]{2}",
        "12.08.1964, [0-9]{2}\\.[0-9]{2}\\.19[0-9]{2}",
        "19640812, 19[0-9]{6}",
        "2026-11-24T09:15:00Z, 2026-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        "007, 00[1-9]",
        "12.50, [1-9][0-9]\\.[0-9]{2}",
        "BUDYŠIN, [A-Z]{4}[ŠĚŽČŘŮŁŚŃŐ][A-Z]{2}",
        "4f0c8a10-1a2b-4c3d-8e9f-0123456789ab, [0-9a-f]{8}-[0-9a-f]{4}-.*"
    })
    void aPlaceholderIsOfTheSameShape(String value, String shape) {
        assertThat(placeholders().of(value))
                .matches(shape)
                .isNotEqualTo(value)
                .isEqualTo(placeholders().of(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1964-02-30", "2020-02-29", "1999-12-31"})
    void aDateBecomesADayThatThereIs(String date) {
        assertThat(LocalDate.parse(placeholders().of(date))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1964-08-12", "12.08.1964", "19640812", "1964-08-12T09:15:00Z", "2026-08-12", "Wolf", "7"})
    void underNoKeyAValueOrAYearOfBirthBecomesItself(String value) {
        for (int key = 0; key < 2_000; key++) {
            assertThat(new Placeholders(BigInteger.valueOf(key).toByteArray(), Set.of()).of(value))
                    .isNotEqualTo(value)
                    .doesNotContain("1964");
        }
    }

    @Test
    void anotherHubsPlaceholdersAreOthersSoThatNobodyOutsideCanTryNames() {
        var other = new Placeholders(new byte[] {2}, Set.of());
        assertThat(other.of("Mustermann")).isNotEqualTo(placeholders().of("Mustermann"));
    }

    @Test
    void whatIsKeptStaysAlsoAsAWordAndTheSameWordIsTheSamePlaceholderEverywhere() {
        var some = new Placeholders(new byte[] {1}, Set.of("14628270", "kaufen"));
        assertThat(some.of("14628270")).isEqualTo("14628270");
        assertThat(some.of("Erika will kaufen")).endsWith(" kaufen").startsWith(some.of("Erika") + " ");
    }

    @Test
    void jsonKeepsKeysAndKindsOfValuesAndCsvItsColumns() throws Exception {
        var json = zip(
                        "application/json",
                        "{\"name\":\"Erika\",\"alter\":62,\"ja\":true,\"x\":[null,\"\\u00e4\"]}"
                                .getBytes(StandardCharsets.UTF_8))
                .get("message-01993f4e/delivery/body.json");
        assertThat(json)
                .doesNotContain("Erika", "62", "ä")
                .containsPattern("\"alter\" : [1-9][0-9],")
                .contains("\"ja\" : true", "null");
        var csv = zip(
                        "text/csv",
                        "id;Nachname\r\n7;\"Müller\"\r\n".getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.ISO_8859_1)
                .get("message-01993f4e/delivery/body.csv");
        assertThat(csv)
                .matches("(?s)[a-z]{2};[A-Z][a-z]{7}\r\n[1-9];\"[A-Z].[a-z]{4}\"\r\n")
                .doesNotContain("Müller", "Nachname");
    }

    @Test
    void xmlThatIsBrokenIsReplacedAsText() throws Exception {
        assertThat(zip("application/xml", "<name>Erika</nam>".getBytes(StandardCharsets.UTF_8))
                        .get("message-01993f4e/delivery/body.xml"))
                .doesNotContain("Erika");
    }

    @Test
    void aPdfIsReplacedByAnEmptyOneAndNoSecretAndNoAddressOfOursGoesOut() throws Exception {
        var zip = zip("application/xml", "<a/>".getBytes(StandardCharsets.UTF_8));
        assertThat(zip.get("message-01993f4e/delivery/attachments/0001.pdf"))
                .startsWith("%PDF-1.4")
                .doesNotContain("secret plan");
        assertThat(zip.get("message-01993f4e/case.properties"))
                .contains(
                        "connector = post",
                        "setting.password = secret",
                        "setting.url = ${http}",
                        "setting.folder = ${directory}/folder")
                .contains("folders = folder", "setting.port = 25", "expect = rejected")
                .doesNotContain("TopSecret", "pay.example.org", "/srv");
        assertThat(zip.get("message-01993f4e/delivery/message.properties"))
                .contains("kind = form.submission")
                .doesNotContain("Mustermann");
    }

    @Test
    void theCaseRunsAsAGoldenMessageOfItsConnector() throws Exception {
        var factory = new FileDrop();
        var config = new ConnectionConfig(
                "records",
                "file-drop",
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                Map.of("folder", "/srv/records"),
                Set.of());
        var bytes = new TestCases(home, home.resolve("routes"))
                .zip(
                        told("application/xml", FORM.getBytes(StandardCharsets.UTF_8), "DELIVERED"),
                        Optional.of(config),
                        Optional.of(factory.descriptor()));
        var cases = home.resolve("selftest");
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var file = cases.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }

        assertThat(GoldenCase.read(cases)).singleElement().satisfies(one -> assertThat(
                        GoldenRun.of(one, factory, Files.createDirectory(home.resolve("scratch"))))
                .isEmpty());
    }

    @Test
    void theSameMessageMakesTheSameCaseAndTheKeyIsReadableByItsOwnerOnly() throws Exception {
        var first = zip("application/xml", FORM.getBytes(StandardCharsets.UTF_8));
        assertThat(zip("application/xml", FORM.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(first);
        assertThat(Files.getPosixFilePermissions(home.resolve("test-case-key")).toString())
                .doesNotContain("GROUP", "OTHERS");
    }

    private static Placeholders placeholders() {
        return new Placeholders(new byte[] {1}, Set.of());
    }

    private Map<String, String> zip(String mediaType, byte[] body) throws IOException {
        return zip(mediaType, body, StandardCharsets.UTF_8);
    }

    private Map<String, String> zip(String mediaType, byte[] body, Charset charset) throws IOException {
        var card = ConnectorDescriptor.of("post", "Post")
                .settings(
                        Setting.required("url", "U").as(Form.Type.URI, "https"),
                        Setting.required("folder", "F").as(Form.Type.PATH),
                        Setting.required("port", "P").as(Form.Type.NUMBER, "1", "99"),
                        Setting.secret("password", "S"));
        var config = new ConnectionConfig(
                "post",
                "post",
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                Map.of("url", "https://pay.example.org/x", "folder", "/srv/in", "port", "25", "password", "TopSecret"),
                Set.of("password"));
        var told = told(mediaType, body, "REJECTED");
        var found = new TreeMap<String, String>();
        var bytes = new TestCases(home, home.resolve("routes")).zip(told, Optional.of(config), Optional.of(card));
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                found.put(entry.getName(), new String(zip.readAllBytes(), charset));
            }
        }
        return found;
    }

    private static Told told(String mediaType, byte[] body, String state) {
        return new Told(
                "01993f4e-0000-7000-8000-000000000000",
                "14628270",
                "form.submission",
                "99050012104000",
                "PIR-2026-000017",
                "out",
                state,
                Map.of("file-name", "Mustermann.xml"),
                Content.of("form", mediaType, body),
                List.of(Content.of(
                        "plan.pdf", "application/pdf", "%PDF-1.7 secret plan".getBytes(StandardCharsets.UTF_8))));
    }
}
