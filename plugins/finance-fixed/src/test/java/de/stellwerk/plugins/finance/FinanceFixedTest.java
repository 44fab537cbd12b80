package de.stellwerk.plugins.finance;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withNumber;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FinanceFixedTest implements SinkContract {

    private static final String XML = "<booking xmlns=\"urn:stellwerk:finance:1\"><kassenzeichen>KZ-1</kassenzeichen>"
            + "<amount-cents>2600</amount-cents><currency>EUR</currency><text>Straßenfest Übigau</text>"
            + "<date>2026-11-24</date></booking>";

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private Path folder = Path.of("not-opened");
    private final Set<String> booked = new HashSet<>();

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws IOException {
        return GoldenFolder.inJar(FinanceFixed::new);
    }

    @Test
    void aBookingIsOneRecordAndATrailer() throws Exception {
        assertThat(deliver(withNumber(booking(XML), 4711))).isEqualTo(new Delivered("00004711"));
        var expected = "B00004711KZ-1" + " ".repeat(26) + "000000002600EUR24112026Straßenfest Übigau   1220.1001 "
                + " ".repeat(35) + "\r\n" + "T00000001000000000002600" + " ".repeat(104) + "\r\n";
        assertThat(Files.readAllBytes(folder.resolve("BU00004711.dat"))).isEqualTo(expected.getBytes(ISO_8859_1));
        assertThat(folder.resolve("BU00004711.dat.ok")).isEmptyFile();
        assertThat(expected.indexOf('\r')).isEqualTo(128);
        assertThat(expected).hasSize(260);
    }

    @Test
    void theBelegNrIsTheNumberModuloOneHundredMillion() throws Exception {
        assertThat(deliver(withNumber(booking(XML), 312_345_678))).isEqualTo(new Delivered("12345678"));
    }

    @Test
    void theLargestAmountFits() throws Exception {
        assertThat(deliver(booking(XML.replace("2600", "999999999999")))).isInstanceOf(Delivered.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "amount-cents|0",
                "amount-cents|-2600",
                "amount-cents|+2600",
                "amount-cents|26.00",
                "amount-cents|26,00",
                "amount-cents|2e3",
                "amount-cents|1000000000000",
                "amount-cents|99999999999999999999",
                "amount-cents|''",
                "amount-cents|٢٦٠٠",
                "currency|USD",
                "currency|eur",
                "currency|''",
                "text|''",
                "text|more than twenty-one characters",
                "text|Łódź",
                "text|Preis 5 €",
                "text|a×b",
                "text|a\tb",
                "text|a<![CDATA[<]]>b",
                "kassenzeichen|''",
                "kassenzeichen|../../etc",
                "kassenzeichen|1234567890123456789012345678901",
                "kassenzeichen|KZ 1",
                "date|''",
                "date|24.11.2026",
                "date|2026-02-30",
                "date|+12026-11-24",
            })
    void aFieldThatIsNotRightIsRejectedByItsNameAndNotItsValue(String field, String value) throws Exception {
        var xml = XML.replaceFirst("<" + field + ">[^<]*", "<" + field + ">" + value);
        var result = deliver(booking(xml));
        assertThat(result).isInstanceOf(Rejected.class);
        assertThat(((Rejected) result).reason()).startsWith(field + " ");
        if (!value.isEmpty() && !value.equals("0")) {
            assertThat(((Rejected) result).reason()).doesNotContain(value);
        }
        assertThat(filesInFolder()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kassenzeichen", "amount-cents", "currency", "text", "date"})
    void aFieldThatIsMissingOrThereTwiceIsRejected(String field) throws Exception {
        assertThat(deliver(booking(XML.replaceFirst("<" + field + ">[^<]*</" + field + ">", ""))))
                .isEqualTo(new Rejected(field + " is missing"));
        assertThat(deliver(booking(XML.replaceFirst("(<" + field + ">[^<]*</" + field + ">)", "$1$1"))))
                .isEqualTo(new Rejected(field + " stands there twice"));
        assertThat(filesInFolder()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<booking",
                "<booking/>",
                "<booking xmlns='urn:stellwerk:finance:2'/>",
                "<!DOCTYPE booking [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><booking xmlns='urn:stellwerk:finance:1'>&x;</booking>",
                "<booking xmlns='urn:stellwerk:finance:1'><text><text/></text></booking>",
                "<booking xmlns='urn:stellwerk:finance:1'><other/></booking>",
                "<booking xmlns='urn:stellwerk:finance:1'><text a='1'>x</text></booking>",
                "<booking xmlns='urn:stellwerk:finance:1'>free text</booking>",
                "<?xml version='1.0' encoding='UTF-8'?>\n<a>\uFFFE</a>",
            })
    void whatIsNoBookingIsRejected(String xml) throws Exception {
        assertThat(deliver(booking(xml))).isInstanceOf(Rejected.class);
        assertThat(filesInFolder()).isEmpty();
    }

    @Test
    void brokenBytesAreRejectedAndNotTriedForEver() throws Exception {
        var latin1SaidToBeUtf8 = Content.of("b.xml", "application/xml", XML.getBytes(ISO_8859_1));
        assertThat(deliver(delivery("one", "booking", latin1SaidToBeUtf8))).isInstanceOf(Rejected.class);
        var large = (XML + " ".repeat(70_000)).getBytes(UTF_8);
        assertThat(deliver(delivery("one", "booking", Content.of("b.xml", "application/xml", large))))
                .isEqualTo(new Rejected("the booking is larger than 64 KiB"));
    }

    @Test
    @Timeout(5)
    void entitiesAreNotExpanded() throws Exception {
        var bomb = new StringBuilder("<!DOCTYPE booking [<!ENTITY a 'aaaaaaaaaa'>");
        for (var c = 'b'; c <= 'z'; c++) {
            bomb.append("<!ENTITY ")
                    .append(c)
                    .append(" '")
                    .append(("&" + (char) (c - 1) + ";").repeat(10))
                    .append("'>");
        }
        bomb.append("]><booking xmlns='urn:stellwerk:finance:1'><text>&z;</text></booking>");
        assertThat(deliver(booking(bomb.toString()))).isInstanceOf(Rejected.class);
    }

    @Test
    void aBookingWithAttachmentsIsRejected() throws Exception {
        assertThat(deliver(withAttachment(booking(XML), Content.of("a", "text/plain", new byte[] {1}))))
                .isEqualTo(new Rejected("a booking has no attachments, this one has 1"));
    }

    /** The file was taken away, the hub died before it heard of it: the belegNr tells the finance system. */
    @Test
    void aRepeatOfABookingThatWasTakenAwayIsRecognisedByItsBelegNr() throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            sink.deliver(booking(XML));
            financeSystemRuns();
            sink.deliver(withAttempt(booking(XML), 2));
            financeSystemRuns();
            assertThat(booked).hasSize(1);
            assertThat(filesInFolder()).isEmpty();
        }
    }

    @Test
    void aBudgetLineThatDoesNotFitIsRefusedWhenTheConnectionIsOpened() {
        assertThatThrownBy(
                        () -> hub(directory).with("budget-line", "12345678901").open(factory()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'budget-line'");
    }

    private DeliveryResult deliver(Delivery delivery) throws Exception {
        if (Files.notExists(folder)) {
            hub(directory);
        }
        try (var sink = new TestHub(directory)
                .with("folder", "in")
                .with("budget-line", "1220.1001")
                .open(factory(), Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    private static Delivery booking(String xml) {
        return delivery("one", "booking", xml);
    }

    /** A small finance system: takes what has a marker, books a belegNr once, and removes the files. */
    private void financeSystemRuns() throws IOException {
        for (var file : filesInFolder()) {
            var marker = folder.resolve(file + ".ok");
            if (file.endsWith(".dat") && Files.exists(marker)) {
                booked.add(Files.readString(folder.resolve(file), ISO_8859_1).substring(1, 9));
                Files.delete(marker);
                Files.delete(folder.resolve(file));
            }
        }
    }

    private List<String> filesInFolder() throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new FinanceFixed();
    }

    @Override
    public TestHub hub(Path in) throws IOException {
        folder = Files.createDirectory(in.resolve("in"));
        return new TestHub(in).with("folder", "in").with("budget-line", "1220.1001");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "booking", XML);
    }

    @Override
    public int arrived() throws IOException {
        financeSystemRuns();
        return booked.size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return false;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(folder, folder.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(folder.resolveSibling("away"), folder);
    }
}
