package de.stellwerk.plugins.xta;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.TestHub;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.ls.DOMImplementationLS;

/** What goes over the wire, held against the published schemas. */
class SchemaTest {

    @Test
    void everyRequestIsValid(@TempDir Path keys, @TempDir Path directory) throws Exception {
        var published = published();
        Assumptions.assumeTrue(Files.isDirectory(published), "the published schemas are not at " + published);
        var schema = schema(published);
        try (var gateway = new FakeGateway(keys);
                var factory = new Xta()) {
            gateway.box.put("urn:m:1", "<a/>".getBytes(StandardCharsets.UTF_8));
            var hub = XtaSinkTest.hub(gateway, keys, directory);
            try (Connector connector = hub.open(factory)) {
                var delivery = TestHub.withAttachment(
                        TestHub.delivery("one", "form.submission", "<form/>"),
                        Content.of("b & <c>.bin", "application/pdf", new byte[] {1, 2}));
                var sent = ((Sink) connector).deliver(TestHub.withHeader(delivery, "xta-in-reply-to", "urn:before"));
                hub.inbox()
                        .awaits(
                                Xta.OUT,
                                new de.stellwerk.hub.spi.Inbox.Awaited(
                                        ((de.stellwerk.hub.spi.DeliveryResult.Delivered) sent).reference(),
                                        "c",
                                        hub.clock().instant(),
                                        Map.of()));
                hub.poll((Source) connector);
                ((Tested) connector).test();
            }
            assertThat(gateway.actions)
                    .contains(
                            Names.CREATE_ID,
                            Names.SEND,
                            Names.REPORT,
                            Names.STATUS_LIST,
                            Names.FETCH,
                            Names.CLOSE,
                            Names.CHECK_ACCOUNT,
                            Names.LOOKUP_SERVICE);
            for (var request : gateway.wire) {
                schema.newValidator().validate(new StreamSource(new StringReader(whole(request))));
            }
            assertThat(gateway.wire).hasSameSizeAs(gateway.actions);
        }
    }

    @Test
    void theSchemaDoesRefuse() throws Exception {
        var published = published();
        Assumptions.assumeTrue(Files.isDirectory(published), "the published schemas are not at " + published);
        var wrong = "<s12:Envelope xmlns:s12=\"" + Names.SOAP + "\"><s12:Body><x:MsgBoxCloseRequest xmlns:x=\""
                + Names.OSCI + "\"/></s12:Body></s12:Envelope>";
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> schema(published).newValidator().validate(new StreamSource(new StringReader(wrong))))
                .hasMessageContaining("MsgBoxRequestID");
    }

    /** A part counts as the text it stands for (XOP). */
    private static String whole(FakeGateway.Wire request) {
        var text = request.envelope();
        List<byte[]> parts = request.parts();
        for (int i = 0; i < parts.size(); i++) {
            text = text.replace(
                    "<xop:Include href=\"cid:" + Gateway.contentId(i) + "\"/>",
                    Base64.getEncoder().encodeToString(parts.get(i)));
        }
        assertThat(text).doesNotContain("xop:Include");
        return text;
    }

    private static Path published() {
        var given = System.getenv("STELLWERK_CONFORMANCE");
        var folder = given == null ? Path.of("../../../shared/conformance") : Path.of(given);
        return folder.resolve("xta-osci/xta-2.1.1").toAbsolutePath().normalize();
    }

    private static Schema schema(Path published) throws Exception {
        var factory = SchemaFactory.newDefaultInstance();
        var ls = (DOMImplementationLS) javax.xml.parsers.DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .getDOMImplementation()
                .getFeature("LS", "3.0");
        // Everything from the folder, nothing from the net; the envelope's schema has no name but its ending.
        factory.setResourceResolver((type, namespace, publicId, systemId, base) -> {
            var name = systemId == null ? "" : systemId.substring(systemId.lastIndexOf('/') + 1);
            var input = ls.createLSInput();
            input.setSystemId(published.resolve(name).toUri().toString());
            input.setStringData(text(published.resolve(name)));
            return input;
        });
        var all = new StringBuilder("<xs:schema xmlns:xs=\"" + XMLConstants.W3C_XML_SCHEMA_NS_URI
                + "\" targetNamespace=\"" + Names.XTA + "\">");
        all.append("<xs:import namespace=\"" + Names.OSCI + "\" schemaLocation=\"OSCI2_02.xsd\"/>");
        all.append("<xs:import namespace=\"" + Names.SOAP + "\" schemaLocation=\".xsd\"/>");
        all.append("<xs:include schemaLocation=\"XTA-Webservice-Globale-Elemente.xsd\"/>");
        all.append("<xs:include schemaLocation=\"XTA-Webservice-Exceptions.xsd\"/></xs:schema>");
        return factory.newSchema(new StreamSource(
                new StringReader(all.toString()),
                published.resolve("all").toUri().toString()));
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).replaceAll("(?s)<!DOCTYPE.*?]>", "") : "";
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
