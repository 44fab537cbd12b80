package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.samples.osci.OsciIntermediary;
import de.stellwerk.samples.osci.OsciKeys;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.ls.DOMImplementationLS;
import org.xml.sax.SAXException;

/** What goes over the wire, each envelope held against the published schema of its order; the simulator's answers too. */
class SchemaTest {

    /** What the schemas name by an address lies beside them under another name. */
    private static final Map<String, String> EXTERN = Map.of(
            "http://www.w3.org/2001/xml.xsd", "xml.xsd",
            "http://schemas.xmlsoap.org/soap/envelope/", "soap-envelope.xsd",
            "http://www.w3.org/TR/2001/CR-xmldsig-core-20010419/xmldsig-core-schema.xsd", "xmldsig-core-schema.xsd",
            "http://www.w3.org/TR/xmlenc-core/xenc-schema.xsd", "xenc-schema.xsd",
            "https://www.w3.org/2008/xmlsec/Drafts/xmlenc-core-11/xenc-schema-11.xsd", "xenc-schema-11.xsd");

    @Test
    void everyOrderAndEveryAnswerIsValid(@TempDir Path keys, @TempDir Path directory) throws Exception {
        var published = published();
        OsciKeys.make(keys);
        try (var intermediary = new OsciIntermediary(0, keys);
                var factory = new Osci();
                var sink = OsciSinkTest.hub(intermediary, keys, directory).open(factory, Probe.class)) {
            var delivery = TestHub.delivery("one", "form.submission", "<form/>");
            assertThat(sink.deliver(delivery)).isInstanceOf(WithReceipts.class);
            assertThat(sink.probe(delivery)).isInstanceOf(WithReceipts.class);
            fetch(intermediary, keys, directory);
            var schemas = new HashMap<String, Schema>();
            for (var each : intermediary.wire()) {
                if (!schemas.containsKey(each.type())) {
                    schemas.put(each.type(), schema(published, "soap" + each.type() + ".xsd"));
                }
                validate(schemas.get(each.type()), each);
            }
            assertThat(schemas.keySet())
                    .containsExactlyInAnyOrder(
                            "MessageEncrypted",
                            "InitDialog",
                            "GetMessageId",
                            "StoreDelivery",
                            "FetchProcessCard",
                            "FetchDelivery",
                            "ExitDialog",
                            "ResponseToInitDialog",
                            "ResponseToGetMessageId",
                            "ResponseToStoreDelivery",
                            "ResponseToFetchProcessCard",
                            "ResponseToFetchDelivery",
                            "ResponseToExitDialog");
        }
    }

    /** One delivery with its card, and then the empty mailbox. */
    private static void fetch(OsciIntermediary intermediary, Path keys, Path directory) throws Exception {
        intermediary.arrives(OsciIntermediary.Letter.FINE, "Eins", "<eins/>".getBytes(UTF_8));
        var hub = OsciSinkTest.hub(intermediary, keys, directory)
                .with("kind", "osci.message")
                .with("rejected", directory.resolve("rejected"))
                .with("process-card-kind", "osci.process-card")
                .with("author-trust", keys.resolve("addressee.pem"));
        try (var factory = new Osci();
                var source = hub.open(factory, Source.class)) {
            assertThat(hub.poll(source).messages()).hasSize(2);
        }
    }

    @Test
    void theSchemaDoesRefuse() throws Exception {
        var schema = schema(published(), "soapExitDialog.xsd");
        var wrong = new OsciIntermediary.Wire(
                true,
                "ExitDialog",
                "<soap:Envelope xmlns:soap=\"" + Names.SOAP + "\"><soap:Header/><soap:Body/></soap:Envelope>");
        assertThatThrownBy(() -> validate(schema, wrong)).hasStackTraceContaining("ControlBlock");
    }

    private static void validate(Schema schema, OsciIntermediary.Wire each) {
        try {
            schema.newValidator().validate(new StreamSource(new StringReader(each.xml())));
        } catch (SAXException | IOException e) {
            throw new AssertionError(each.type() + ": " + e.getMessage(), e);
        }
    }

    private static Path published() {
        var given = System.getenv("STELLWERK_CONFORMANCE");
        var folder = given == null ? Path.of("../../../shared/conformance") : Path.of(given);
        var published = folder.resolve("xta-osci/osci-1.2").toAbsolutePath().normalize();
        Assumptions.assumeTrue(Files.isDirectory(published), "the published schemas are not at " + published);
        return published;
    }

    private static Schema schema(Path published, String name) throws Exception {
        var factory = SchemaFactory.newDefaultInstance();
        // The published schemas break rules of their own language (a wildcard beside what it matches, a redefinition
        // that is none).
        factory.setFeature("http://apache.org/xml/features/validation/schema-full-checking", false);
        var ls = (DOMImplementationLS) DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .getDOMImplementation()
                .getFeature("LS", "3.0");
        // Everything from the folder, nothing from the net.
        factory.setResourceResolver((type, namespace, publicId, systemId, base) -> {
            var id = systemId == null ? "" : systemId;
            var file = EXTERN.containsKey(id)
                    ? published.resolve("extern").resolve(EXTERN.get(id))
                    : find(published, id.substring(id.lastIndexOf('/') + 1));
            var input = ls.createLSInput();
            input.setSystemId(file.toUri().toString());
            input.setStringData(text(file));
            return input;
        });
        return factory.newSchema(new StreamSource(
                new StringReader(text(published.resolve(name))),
                published.resolve(name).toUri().toString()));
    }

    private static Path find(Path published, String name) {
        return Files.exists(published.resolve(name))
                ? published.resolve(name)
                : published.resolve("extern").resolve(name);
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).replaceAll("(?s)<!DOCTYPE.*?]>", "") : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
