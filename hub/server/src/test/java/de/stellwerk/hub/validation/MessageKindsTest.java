package de.stellwerk.hub.validation;

import static de.stellwerk.hub.validation.Outcome.Result.OK;
import static de.stellwerk.hub.validation.Outcome.Result.QUARANTINED;
import static de.stellwerk.hub.validation.Outcome.Result.REJECTED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.spi.Content;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The kinds on small messages made here; those of other projects are in {@link ValidationConformanceIT}. */
class MessageKindsTest {

    private static final String ORDER = """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:%s"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-24T10:00:00</CreDtTm><NbOfTxs>%s</NbOfTxs><CtrlSum>%s</CtrlSum>
            <InitgPty><Nm>Stadt</Nm></InitgPty></GrpHdr>
            <PmtInf><PmtInfId>P1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>2026-11-25</ReqdExctnDt>
            <Dbtr><Nm>Stadt</Nm></Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId/></DbtrAgt>
            <CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">%s</InstdAmt></Amt></CdtTrfTxInf>
            </PmtInf></CstmrCdtTrfInitn></Document>
            """;
    private static final String GOOD_IBAN = "DE02120300000000202051";

    @Test
    void aPaymentOrderAddsUp() throws Exception {
        assertThat(order("pain.001.001.03", "1", "26.00", GOOD_IBAN, "26.00").result())
                .isEqualTo(OK);
        assertThat(order("pain.001.001.03", "2", "26.00", GOOD_IBAN, "26.00").code())
                .isEqualTo("pay.count");
        assertThat(order("pain.001.001.03", "1", "26.01", GOOD_IBAN, "26.00").code())
                .isEqualTo("pay.sum");
        assertThat(order("pain.001.001.03", "1", "26.00", "DE03120300000000202051", "26.00")
                        .code())
                .isEqualTo("pay.iban");
        for (var amount : List.of("26,00", "1e2", "-26.00", "NaN", ""))
            assertThat(order("pain.001.001.03", "1", "26.00", GOOD_IBAN, amount).result())
                    .as(amount)
                    .isEqualTo(REJECTED);
        assertThat(order("pain.001.001.03", "1", "0", GOOD_IBAN, "0.00").code()).isEqualTo("pay.amount");
    }

    @Test
    void aVersionThatIsNotKnownIsKeptForAPerson() throws Exception {
        var outcome = order("pain.001.001.99", "1", "26.00", GOOD_IBAN, "26.00");
        assertThat(outcome.result()).isEqualTo(QUARANTINED);
        assertThat(outcome.code()).isEqualTo("version.unknown");
        assertThat(outcome.version()).isEqualTo("pain.001.001.99");
        assertThat(check("camt", ORDER.formatted("pain.001.001.03", "1", "1", GOOD_IBAN, "1"))
                        .code())
                .isEqualTo("xml.root");
    }

    @Test
    void xzufiIsTakenByVersionAndHead() throws Exception {
        var good = """
                <x:transfer.operation.0100 xmlns:x="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0">
                <x:nachrichtenkopf/><x:schreibe/></x:transfer.operation.0100>
                """;
        assertThat(check("xzufi", good).version()).isEqualTo("2.2.0");
        assertThat(check("xzufi", good).result()).isEqualTo(OK);
        assertThat(check("xzufi", good.replace("2_2_0", "2_1_0")).code()).isEqualTo("xml.schema");
        assertThat(check("xzufi", good.replace("2_2_0", "3_0_0")).result()).isEqualTo(QUARANTINED);
        assertThat(check("xzufi", good.replace("<x:nachrichtenkopf/>", "")).code())
                .isEqualTo("xml.schema");
        assertThat(check("xzufi", "<a/>").code()).isEqualTo("xml.root");
    }

    @Test
    void aFormMustHaveItsSchema() throws Exception {
        var form = "<gewerbeanmeldung xmlns='urn:stellwerk:sample:gewerbeanmeldung:%s'/>";
        assertThat(check("form", form.formatted("1.2")).code()).isEqualTo("xml.schema");
        assertThat(check("form", form.formatted("9.9")).result()).isEqualTo(QUARANTINED);
        assertThat(check("form", "<unknown/>").code()).isEqualTo("version.unknown");
    }

    @Test
    void jsonThatPlaysTricksIsRejected() throws Exception {
        assertThat(check("fit-connect-metadata", "{\"a\":".repeat(10_000)).code())
                .isEqualTo("json.depth");
        assertThat(check("fit-connect-metadata", "{\"a\":1,\"a\":2}").code()).isEqualTo("json.duplicate");
        assertThat(check("fit-connect-metadata", "{\"a\":1e999}").code()).isEqualTo("json.number");
        assertThat(check("fit-connect-metadata", "{\"__proto__\":{}}").code()).isEqualTo("json.name");
        assertThat(check("fit-connect-metadata", "{\"contentStructure\":{}} trailing")
                        .code())
                .isEqualTo("json.malformed");
        var other = "{\"$schema\":\"https://schema.fitko.de/fit-connect/metadata/9.0.0/metadata.schema.json\"}";
        assertThat(check("fit-connect-metadata", other).result()).isEqualTo(QUARANTINED);
    }

    @Test
    void aTokenWithoutItsKeyIsSaidNotToBeCheckedForItsSignature() throws Exception {
        assertThat(check("fit-connect-set", "not a token").code()).isEqualTo("jwt.malformed");
        assertThat(check("fit-connect-set", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA").code())
                .isEqualTo("jwt.algorithm");
    }

    @Test
    void recordsOfTheFinanceSystemAreCountedAndAddedUp() throws Exception {
        var record = pad("B00000001" + pad("PIR-2026-000001", 30) + "000000002600EUR24112026" + pad("GEBÜHR", 21)
                + pad("1.2", 10));
        var trailer = pad("T00000001000000000002600");
        assertThat(fixed(record + "\r\n" + trailer + "\r\n").result()).isEqualTo(OK);
        assertThat(fixed(record + "\n" + trailer.replace("2600", "2700") + "\n").code())
                .isEqualTo("record.sum");
        assertThat(fixed(record + "\n" + record + "\n" + trailer + "\n").code()).isEqualTo("record.count");
        assertThat(fixed(record + "\n").code()).isEqualTo("record.trailer");
        assertThat(fixed(trailer + "\n" + record + "\n").code()).startsWith("record.");
        var wrong = fixed(record.replace("EUR", "USD") + "\n" + trailer + "\n");
        assertThat(wrong.code()).isEqualTo("record.field");
        assertThat(wrong.line()).isEqualTo(1);
        assertThat(wrong.column()).isEqualTo(52);
        assertThat(fixed("").code()).isEqualTo("file.empty");
    }

    @Test
    void csvThatIsBrokenIsRejectedWithItsLine() throws Exception {
        var head = "Kassenzeichen;Name;Vorname;PLZ;Ort;AGS;Betrag;Faellig\n";
        var row = "014523000001;Müller;Jörg;08523;Plauen;14523320;26,00;30.11.2026\n";
        var end = "SUMME;;;;;1;26,00;\n";
        assertThat(csv(head + row + end).result()).isEqualTo(OK);
        assertThat(csv(head + row + "SUMME;;;;;1;27,00;\n").code()).isEqualTo("record.sum");
        assertThat(csv(head + row + row + end).code()).isEqualTo("record.count");
        assertThat(csv(head + row).code()).isEqualTo("record.trailer");
        assertThat(csv(head.replace(';', ',') + row + end).code()).isEqualTo("record.columns");
        assertThat(csv(head + row.replace("Müller", "\"Müller") + end).code()).isEqualTo("record.malformed");
        assertThat(csv(head + row.replace("Müller", "=cmd|' /C calc'!A0") + end).code())
                .isEqualTo("record.field");
        assertThat(csv(head + row.replace("Jörg", "J\0rg") + end).code()).isEqualTo("record.malformed");
        assertThat(csv(head + ";".repeat(1_000_000) + "\n" + end).result()).isEqualTo(REJECTED);
        assertThat(csv(head + row + end).version()).isEqualTo("sollstellung");
        assertThat(check("csv:sollstellung", Content.of("a", "text/csv", new byte[] {(byte) 0x81}))
                        .code())
                .isEqualTo("record.encoding");
    }

    @Test
    void aMailIsHeldWithinItsBounds() throws Exception {
        assertThat(check("mail", "Subject: a\r\n\r\nHello\r\n").result()).isEqualTo(OK);
        assertThat(check("mail", "Subject: " + "a".repeat(300_000) + "\r\n\r\nHello\r\n")
                        .code())
                .isEqualTo("mail.header");
        var many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n".repeat(500) + "--b--\r\n";
        assertThat(check("mail", many).code()).isEqualTo("mail.parts");
        var deep = new StringBuilder();
        for (var i = 0; i < 30; i++)
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        assertThat(check("mail", deep + "\r\nx\r\n").code()).isEqualTo("mail.depth");
        var path =
                "Content-Type: application/pdf; name=\"../../etc/x\"\r\nContent-Disposition: attachment\r\n\r\n%PDF-\r\n";
        assertThat(check("mail", path).result()).isEqualTo(REJECTED);
    }

    @Test
    void anInvoiceOfAnotherKindIsNotOne() throws Exception {
        assertThat(check("xrechnung", "<Invoice/>").code()).isEqualTo("xml.root");
        assertThat(check("xrechnung", "%PDF-1.7 but nothing else").code()).isEqualTo("pdf.malformed");
    }

    private static Outcome order(String version, String count, String sum, String iban, String amount)
            throws Exception {
        return check("pain", ORDER.formatted(version, count, sum, iban, amount));
    }

    private static Outcome fixed(String text) throws Exception {
        return check("fixed:finance-fixed", content(text, ISO_8859_1));
    }

    private static Outcome csv(String text) throws Exception {
        return check("csv:sollstellung", content(text, Charset.forName("windows-1252")));
    }

    private static Outcome check(String kind, String text) throws Exception {
        return check(kind, content(text, UTF_8));
    }

    private static Outcome check(String kind, Content content) throws Exception {
        var kinds = new MessageKinds(Path.of("../.."), Optional.empty(), TokenKeys.of(List.of(), true));
        return kinds.of(kind).orElseThrow().check(content);
    }

    private static Content content(String text, Charset charset) {
        return Content.of("message", "application/octet-stream", text.getBytes(charset));
    }

    private static String pad(String record) {
        return pad(record, 128);
    }

    private static String pad(String text, int length) {
        return text + " ".repeat(length - text.length());
    }
}
