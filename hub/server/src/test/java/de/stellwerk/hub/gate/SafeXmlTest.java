package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import de.stellwerk.hub.Conformance;
import de.stellwerk.hub.config.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class SafeXmlTest {

    private static final String BILLION_LAUGHS = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\">"
            + "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
            + "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
            + "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">"
            + "<!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\"><!ENTITY i \"&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;\">"
            + "]><l>&i;</l>";

    @TempDir
    Path folder;

    @Test
    void plainXmlPasses() {
        good("<a/>");
        good(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns=\"urn:a\" b=\"c\">t&amp;&#228;<![CDATA[<x>]]></a>\n");
        good("<?xml-stylesheet href=\"http://127.0.0.1/a.xsl\"?><!-- <!DOCTYPE a> --><?p <!DOCTYPE?><a/><!-- end -->");
        good("<a>" + "<b/>".repeat(50_000) + "</a>");
        good("<a>".repeat(SafeXml.DEPTH) + "</a>".repeat(SafeXml.DEPTH));
    }

    @Test
    void theUsualEncodingsPass() {
        for (var encoding : List.of("UTF-8", "ISO-8859-1", "ISO-8859-15", "windows-1252", "utf-8", "iso-8859-1"))
            good(bytes(declared(encoding) + "<name>Müller, Straße</name>", Charset.forName(encoding)));
        good(bytes(declared("UTF-16") + "<name>Müller</name>", UTF_16));
        good(bytes("\ufeff" + declared("UTF-16LE") + "<name>Müller</name>", UTF_16LE));
        good(bytes(declared("UTF-16BE") + "<name>Müller</name>", UTF_16BE));
        good(bytes("\ufeff" + declared("UTF-8") + "<name>Budyšin</name>", UTF_8));
        good(bytes("\ufeff<name>Budyšin</name>", UTF_8));
        good(bytes(declared("windows-1252") + "<name>„Müller“ – 5 €</name>", Charset.forName("windows-1252")));
    }

    @Test
    void whatArrivesByteByByteIsReadTheSame() throws Exception {
        var document = bytes(declared("ISO-8859-1") + "<name>Müller</name>", ISO_8859_1);
        SafeXml.check(new Trickle(document), Limits.defaults());
        var bad = bytes(declared("UTF-8") + "<name>Müller</name>", ISO_8859_1);
        assertThatThrownBy(() -> SafeXml.check(new Trickle(bad), Limits.defaults()))
                .isInstanceOfSatisfying(
                        BadInput.class, e -> assertThat(e.code()).isEqualTo("xml.encoding"));
    }

    @Test
    void entitiesAreRefusedBeforeAnythingIsExpanded() throws Exception {
        assertThat(refused(BILLION_LAUGHS)).isEqualTo("xml.doctype");
        var big = "x".repeat(100_000);
        assertThat(refused("<!DOCTYPE q [<!ENTITY a \"" + big + "\">]><q>" + "&a;".repeat(10_000) + "</q>"))
                .isEqualTo("xml.doctype");
        assertThat(refused("<!DOCTYPE a SYSTEM \"a.dtd\"><a/>")).isEqualTo("xml.doctype");
        assertThat(refused("<?p ?><!-- - -- x --><!DOCTYPE a><a/>")).startsWith("xml.");
        assertThat(refused("<!-- --><?p?>\n <!DOCTYPE a><a/>")).isEqualTo("xml.doctype");
        assertThat(refused(bytes("<!DOCTYPE a><a/>", UTF_16))).isEqualTo("xml.doctype");
        assertThat(refused("<a>&b;</a>")).startsWith("xml.");
    }

    @Test
    void noFileIsReadAndNoAddressIsCalled() throws Exception {
        var canary = Files.writeString(folder.resolve("canary"), "canary-content");
        try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var here = "http://127.0.0.1:" + listener.getLocalPort() + "/x";
            var documents = List.of(
                    "<!DOCTYPE a [<!ENTITY x SYSTEM \"" + canary.toUri() + "\">]><a>&x;</a>",
                    "<!DOCTYPE a [<!ENTITY x SYSTEM \"" + here + "\">]><a>&x;</a>",
                    "<!DOCTYPE a [<!ENTITY % x SYSTEM \"" + here + "\"> %x;]><a/>",
                    "<!DOCTYPE a SYSTEM \"" + here + "\"><a/>",
                    "<!DOCTYPE a PUBLIC \"p\" \"" + here + "\"><a/>");
            for (var document : documents) {
                assertThat(refused(document)).isEqualTo("xml.doctype");
                assertThatThrownBy(() -> SafeXml.documentBuilder().parse(new InputSource(new StringReader(document))))
                        .isInstanceOf(SAXException.class)
                        .hasMessageNotContaining("canary-content");
                assertThat(text(document)).doesNotContain("canary-content");
                assertThatThrownBy(() -> transformed("<xsl:value-of select='/'/>", document))
                        .isInstanceOf(TransformerException.class);
            }
            var included = "<a xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include parse=\"text\" href=\""
                    + canary.toUri() + "\"/></a>";
            good(included);
            assertThat(SafeXml.documentBuilder()
                            .parse(new InputSource(new StringReader(included)))
                            .getDocumentElement()
                            .getTextContent())
                    .isEmpty();
            assertThatThrownBy(() -> transformed("<xsl:copy-of select=\"document('" + here + "')\"/>", "<a/>"))
                    .isInstanceOf(TransformerException.class);
            assertThatThrownBy(
                            () -> transformed("<xsl:copy-of select=\"document('" + canary.toUri() + "')\"/>", "<a/>"))
                    .isInstanceOf(TransformerException.class);
            for (var location : List.of(here, canary.toUri().toString())) {
                var schema = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:include schemaLocation=\""
                        + location + "\"/></xs:schema>";
                assertThatThrownBy(() -> SafeXml.schemaFactory().newSchema(new StreamSource(new StringReader(schema))))
                        .isInstanceOf(SAXException.class);
                var style =
                        "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:import href=\""
                                + location + "\"/></xsl:stylesheet>";
                assertThatThrownBy(() ->
                                SafeXml.transformerFactory().newTemplates(new StreamSource(new StringReader(style))))
                        .isInstanceOf(TransformerException.class);
            }
            listener.setSoTimeout(100);
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void extensionFunctionsAreNotThere() {
        assertThatThrownBy(() -> transformed(
                        "<xsl:value-of select=\"rt:availableProcessors(rt:getRuntime())\""
                                + " xmlns:rt=\"http://xml.apache.org/xalan/java/java.lang.Runtime\"/>",
                        "<a/>"))
                .isInstanceOf(TransformerException.class);
    }

    @Test
    void endlessNestingIsRefusedWithoutAStackOverflow() throws Exception {
        var deep = "<a>".repeat(200_000);
        assertThat(refused(deep + "</a>".repeat(200_000))).isEqualTo("xml.depth");
        assertThat(refused(deep)).isEqualTo("xml.depth");
        assertThatThrownBy(() -> SafeXml.documentBuilder()
                        .parse(new InputSource(new StringReader(deep + "</a>".repeat(200_000)))))
                .isInstanceOf(SAXException.class);
        assertThat(refused("<a>".repeat(SafeXml.DEPTH + 1) + "</a>".repeat(SafeXml.DEPTH + 1)))
                .isEqualTo("xml.depth");
    }

    @Test
    void tooManyAttributesAreRefused() throws Exception {
        assertThat(refused(attributes("a", 20_000))).isEqualTo("xml.attributes");
        assertThat(refused(attributes("a", SafeXml.ATTRIBUTES + 1))).isEqualTo("xml.attributes");
        assertThat(refused(attributes("xmlns:a", SafeXml.ATTRIBUTES + 1))).isEqualTo("xml.attributes");
        good(attributes("a", SafeXml.ATTRIBUTES));
    }

    @Test
    void whatIsTooLargeIsRefusedWhereTheBoundIsReached() throws Exception {
        assertThat(refused(endless("<a b=\"", 'x'))).isEqualTo("xml.size");
        assertThat(refused(endless("<a>", 'x'))).isEqualTo("xml.size");
        assertThat(refused(endless("<a><!--", 'x'))).isEqualTo("xml.size");
        assertThat(refused(endless("<", 'x'))).isEqualTo("xml.size");
        assertThat(refused(endless("", ' '))).isEqualTo("xml.size");
        assertThat(refused("<a>" + "x".repeat(SafeXml.TEXT + 1) + "</a>")).isEqualTo("xml.size");
        assertThat(refused("<" + "n".repeat(2_000) + "/>")).isEqualTo("xml.size");
        var small = new Limits(1, 100, 1, 1);
        assertThat(code(() -> SafeXml.check(stream(bytes("<a>" + "x".repeat(200) + "</a>", UTF_8)), small)))
                .isEqualTo("xml.size");
    }

    @Test
    void bytesThatAreNotInTheDeclaredEncodingAreRefusedWithTheirPosition() throws Exception {
        var document = declared("UTF-8") + "<name>Müller</name>";
        var error = catchThrowableOfType(
                BadInput.class, () -> SafeXml.check(stream(bytes(document, ISO_8859_1)), Limits.defaults()));
        assertThat(error.code()).isEqualTo("xml.encoding");
        assertThat(error.text()).contains("UTF-8", "0xFC", "position " + document.indexOf("ü"));
        var late = declared("UTF-8") + "<name>" + "x".repeat(50_000) + "ü</name>";
        assertThat(catchThrowableOfType(
                                BadInput.class, () -> SafeXml.check(stream(bytes(late, ISO_8859_1)), Limits.defaults()))
                        .text())
                .contains("position " + late.indexOf("ü"));
        assertThat(refused(bytes(declared("UTF-8") + "<a/>", UTF_16))).isEqualTo("xml.encoding");
        assertThat(refused(bytes(declared("UTF-8") + "<a/>", UTF_16LE))).isEqualTo("xml.encoding");
        assertThat(refused(bytes(declared("UTF-16") + "<a/>", UTF_8))).isEqualTo("xml.encoding");
        assertThat(refused(bytes("\ufeff" + declared("ISO-8859-1") + "<a/>", UTF_8)))
                .isEqualTo("xml.encoding");
        // Half of a surrogate pair, written as if it were a character.
        var half = new byte[] {'<', 'a', '>', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '<', '/', 'a', '>'};
        assertThat(refused(half)).isEqualTo("xml.encoding");
    }

    @Test
    void otherEncodingsAreRefused() throws Exception {
        for (var name : List.of("UTF-7", "IBM037", "Shift_JIS", "ISO-2022-JP", "x-made-up", ""))
            assertThat(refused(declared(name) + "<a/>")).as(name).isEqualTo("xml.encoding");
        assertThat(refused(bytes(declared("IBM037") + "<a/>", Charset.forName("IBM037"))))
                .isEqualTo("xml.encoding");
        assertThat(refused(bytes("\ufeff<a/>", Charset.forName("UTF-32BE")))).isEqualTo("xml.encoding");
        assertThat(refused(bytes("\ufeff<a/>", Charset.forName("UTF-32LE")))).isEqualTo("xml.encoding");
    }

    @Test
    void textThatWasEncodedTwiceIsFound() throws Exception {
        for (var encoding : List.of("ISO-8859-1", "ISO-8859-15", "windows-1252"))
            for (var name : List.of("Müller", "Straße", "Budyšin", "Łódź", "ẞ", "5 €", "„so“"))
                assertThat(refused(bytes(declared(encoding) + "<name>" + name + "</name>", UTF_8)))
                        .as(encoding + " " + name)
                        .isEqualTo("xml.mojibake");
        var atChunkEnd = declared("ISO-8859-1") + "<name>" + "x".repeat(8_192 - 51 - 6) + "ü</name>";
        for (var shift = 0; shift < 8; shift++)
            assertThat(refused(bytes(atChunkEnd.replace("<name>", "<name>" + "y".repeat(shift)), UTF_8)))
                    .isEqualTo("xml.mojibake");
    }

    @Test
    void ordinaryLatinTextIsNotTakenForDoubleEncoding() {
        for (var name : List.of("»Spaß«", "»MENÜ«", "CAFÉ»", "Größe ±3 °C", "ÄÖÜäöüß", "Ñandú¡", "§ 5 Å"))
            good(bytes(declared("ISO-8859-1") + "<name>" + name + "</name>", ISO_8859_1));
    }

    @Test
    void whatIsCutOffIsRefusedWhereverTheCutIs() throws Exception {
        var whole = bytes(declared("UTF-8") + "<a><b c=\"d\">Müller</b><!-- x --><e/></a>", UTF_8);
        for (var length = 0; length < whole.length; length++)
            assertThat(refused(Arrays.copyOf(whole, length))).as("" + length).startsWith("xml.");
    }

    @Test
    void charactersThatXmlForbidsAreRefused() throws Exception {
        for (var bad : List.of("\0", "\u0001", "\u001b", "\ufffe", "\uffff", "&#0;", "&#xFFFE;", "&#xD800;"))
            assertThat(refused("<a>" + bad + "</a>")).as(bad).startsWith("xml.");
        assertThat(refused("<a/><b/>")).isEqualTo("xml.malformed");
        assertThat(refused("<a b='1' b='2'/>")).isEqualTo("xml.malformed");
        assertThat(refused("<a:b/>")).isEqualTo("xml.malformed");
        assertThat(refused("just text")).isEqualTo("xml.malformed");
        assertThat(refused("<?xml version=\"1.1\"?><a>&#1;</a>")).isEqualTo("xml.malformed");
    }

    @Test
    void theTextHasThreePartsAndQuotesNothing() {
        var error = catchThrowableOfType(
                BadInput.class, () -> SafeXml.check(stream(bytes("<a>Secret</b>", UTF_8)), Limits.defaults()));
        assertThat(error.text())
                .contains("line 1", "Nothing was forwarded", "Send")
                .doesNotContain("Secret");
    }

    @Test
    void aStreamThatFailsIsNotBadInput() {
        var failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk");
            }
        };
        assertThatThrownBy(() -> SafeXml.check(failing, Limits.defaults()))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        var late = new SequenceInputStream(new ByteArrayInputStream(bytes("<a>" + "x".repeat(20_000), UTF_8)), failing);
        assertThatThrownBy(() -> SafeXml.check(late, Limits.defaults()))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
    }

    @Test
    void theRootIsNamed() throws Exception {
        var document = bytes("<?xml version=\"1.0\"?><!-- c --><p:a xmlns:p=\"urn:x\"><b>", UTF_8);
        assertThat(SafeXml.rootNamespace(stream(document))).isEqualTo("{urn:x}a");
        assertThat(SafeXml.rootName(stream(bytes("<a/>", UTF_8))).getLocalPart())
                .isEqualTo("a");
        assertThat(SafeXml.rootNamespace(stream(bytes("<a/>", UTF_8)))).isEqualTo("a");
        assertThat(code(() -> SafeXml.rootName(stream(bytes("no xml", UTF_8))))).isEqualTo("xml.malformed");
        assertThat(code(() -> SafeXml.rootName(stream(bytes(BILLION_LAUGHS, UTF_8)))))
                .isEqualTo("xml.doctype");
        assertThat(code(() -> SafeXml.rootName(stream(bytes("<!-- -->", UTF_8)))))
                .isEqualTo("xml.malformed");
    }

    @Test
    void otherParsersOnTheClassPathChangeNothing() {
        assertThat(SafeXml.inputFactory().getClass().getName()).startsWith("com.ctc.wstx.");
        assertThat(SafeXml.transformerFactory().getClass().getName()).startsWith("com.sun.");
        assertThat(SafeXml.schemaFactory().getClass().getName()).startsWith("com.sun.");
        assertThat(SafeXml.documentBuilder().getClass().getName()).startsWith("com.sun.");
    }

    @Test
    void everyBadFileOfOtherProjectsIsRefused() throws Exception {
        var samples = Conformance.samples("bad-xml");
        assertThat(samples).hasSizeGreaterThan(70);
        for (var sample : samples)
            assertThat(refused(Files.readAllBytes(sample.file())))
                    .as(sample.name())
                    .startsWith("xml.");
    }

    private interface Check {
        void run() throws Exception;
    }

    private static String code(Check check) throws Exception {
        try {
            check.run();
            return "passed";
        } catch (BadInput e) {
            assertThat(e.text()).isNotBlank();
            return e.code();
        }
    }

    private static String refused(String document) throws Exception {
        return refused(bytes(document, UTF_8));
    }

    private static String refused(byte[] document) throws Exception {
        return refused(stream(document));
    }

    /** Refused, and without having taken more memory than a few times the largest document. */
    private static String refused(InputStream document) throws Exception {
        var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = memory.getCurrentThreadAllocatedBytes();
        var code = code(() -> SafeXml.check(document, Limits.defaults()));
        assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(400L << 20);
        return code;
    }

    private static void good(String document) {
        good(bytes(document, UTF_8));
    }

    private static void good(byte[] document) {
        assertThatCode(() -> SafeXml.check(stream(document), Limits.defaults())).doesNotThrowAnyException();
    }

    private static String text(String document) throws Exception {
        var reader = SafeXml.inputFactory().createXMLStreamReader(new StringReader(document));
        var text = new StringBuilder();
        try {
            while (reader.hasNext()) if (reader.next() == XMLStreamConstants.CHARACTERS) text.append(reader.getText());
        } catch (XMLStreamException e) {
            text.append(e.getMessage());
        }
        return text.toString();
    }

    private static String transformed(String body, String document) throws TransformerException {
        var style =
                "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\">"
                        + body + "</xsl:template></xsl:stylesheet>";
        var out = new StringWriter();
        var transformer = SafeXml.transformerFactory()
                .newTemplates(new StreamSource(new StringReader(style)))
                .newTransformer();
        transformer.setErrorListener(SafeXml.transformerFactory().getErrorListener());
        transformer.transform(new StreamSource(new StringReader(document)), new StreamResult(out));
        return out.toString();
    }

    private static String attributes(String name, int count) {
        var document = new StringBuilder("<a");
        for (var i = 0; i < count; i++)
            document.append(' ').append(name).append(i).append("=\"urn:x\"");
        return document.append("/>").toString();
    }

    /** Goes on for ever, so that only a bound can end it. */
    private static InputStream endless(String start, char then) {
        var rest = new InputStream() {
            @Override
            public int read() {
                return then;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                Arrays.fill(target, offset, offset + length, (byte) then);
                return length;
            }
        };
        return new SequenceInputStream(stream(bytes(start, UTF_8)), rest);
    }

    private static String declared(String encoding) {
        return "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?>";
    }

    private static byte[] bytes(String text, Charset charset) {
        return text.getBytes(charset);
    }

    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    /** Gives one byte at a time, as a slow connection may. */
    private static final class Trickle extends ByteArrayInputStream {

        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(1, length));
        }
    }
}
