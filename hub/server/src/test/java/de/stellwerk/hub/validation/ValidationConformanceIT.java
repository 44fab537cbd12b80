package de.stellwerk.hub.validation;

import static de.stellwerk.hub.validation.Outcome.Result.OK;
import static de.stellwerk.hub.validation.Outcome.Result.QUARANTINED;
import static de.stellwerk.hub.validation.Outcome.Result.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.Conformance;
import de.stellwerk.hub.Conformance.Sample;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.transform.TransformerException;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What other projects and the standards say of their samples, held against what the hub says of them. */
class ValidationConformanceIT {

    private static final Path CHECKOUT = Path.of("../..");

    @Test
    void everyBadXmlDocumentIsRejected() throws Exception {
        var kind = kind("xml");
        var seen = compare("bad-xml", kind, sample -> true, sample -> REJECTED);
        assertThat(seen).isGreaterThan(75);
    }

    @Test
    void paymentsAreTakenByVersionSchemaAndSums() throws Exception {
        for (var schemas : List.of(
                Optional.<Path>empty(),
                Optional.of(Conformance.topic("payments").resolve("xsd")))) {
            for (var family : List.of("camt", "pain")) {
                var kind = kinds(schemas).of(family).orElseThrow();
                var seen = compare(
                        "payments",
                        kind,
                        sample -> sample.name().endsWith(".xml")
                                && Path.of(sample.name())
                                        .getFileName()
                                        .toString()
                                        .contains(family),
                        sample -> {
                            if (sample.expected().contains("not in this set")) return QUARANTINED;
                            return sample.expected().equals("valid by the schema") ? OK : REJECTED;
                        });
                assertThat(seen).isGreaterThan(family.equals("camt") ? 30 : 7);
            }
        }
    }

    @Test
    void invoicesAreTakenBySyntaxAndRules() throws Exception {
        var kind = kind("xrechnung");
        var seen = compare(
                "invoices",
                kind,
                sample -> sample.expected().startsWith("valid")
                        || sample.expected().startsWith("hybrid"),
                sample -> OK);
        assertThat(seen).isGreaterThan(20);
        for (var sample : Conformance.samples("invoices")) {
            if (!sample.expected().startsWith("invalid") && !sample.expected().startsWith("refused")) continue;
            assertThat(kind.check(content(sample)).result()).as(sample.name()).isNotEqualTo(OK);
        }
    }

    /** The rules of EN 16931 come with small invoices and what each rule must say of them. */
    @Test
    void theRulesSayOfTheirOwnTestsWhatTheyShould() throws Exception {
        var checked = 0;
        var invoices = new InvoiceKind();
        for (var sample : Conformance.samples("invoices")) {
            if (!sample.expected().startsWith("set of small")) continue;
            var names = List.of("/xslt/en16931schematron/EN16931-UBL-validation.xslt");
            for (var test : elements(root(sample), "test")) {
                var inside = elements(test, "*");
                var invoice = inside.get(inside.size() - 1);
                var broken = invoices.broken(bytes(invoice), names);
                for (var claim : elements(inside.get(0), "*")) {
                    var rule = claim.getTextContent().strip() + " ";
                    if (claim.getLocalName().equals("error"))
                        assertThat(broken).as(sample.name()).anyMatch(one -> one.startsWith(rule));
                    if (claim.getLocalName().equals("success"))
                        assertThat(broken).as(sample.name()).noneMatch(one -> one.startsWith(rule));
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(60);
    }

    @Test
    void oldFilesAreTakenByTheirProfiles() throws Exception {
        var fixed = kind("fixed:erzwingungshaft");
        var seen = compare("legacy", fixed, sample -> sample.name().endsWith(".EZH"), sample -> {
            if (sample.name().contains("empty")) return QUARANTINED;
            return sample.name().contains("cut-off") ? REJECTED : OK;
        });
        assertThat(seen).isEqualTo(4);
        seen = compare(
                "legacy",
                kind("csv:sollstellung"),
                sample -> sample.name().endsWith(".csv"),
                sample -> sample.expected().startsWith("refuse") ? REJECTED : OK);
        assertThat(seen).isEqualTo(2);
    }

    @Test
    void mailsAreTakenApartOrKeptForAPerson() throws Exception {
        var kind = kind("mail");
        var seen = compare("mail", kind, sample -> sample.expected().startsWith("accept"), sample -> OK);
        assertThat(seen).isGreaterThan(9);
        for (var sample : Conformance.samples("mail")) {
            if (!sample.name().endsWith(".eml")) continue;
            var result = kind.check(content(sample)).result();
            assertThat(result).as(sample.name()).isNotEqualTo(REJECTED);
            if (sample.expected().startsWith("encrypted") || sample.expected().contains("carries no CMS"))
                assertThat(result).as(sample.name()).isEqualTo(QUARANTINED);
        }
    }

    @Test
    void fitConnectMetadataAndTokensAreTakenByTheirRules() throws Exception {
        for (var schemas : List.of(
                Optional.<Path>empty(),
                Optional.of(Conformance.topic("fit-connect").resolve("schema")))) {
            var seen = compare(
                    "fit-connect",
                    kinds(schemas).of("fit-connect-metadata").orElseThrow(),
                    sample -> sample.name().startsWith("metadata/")
                            && (sample.expected().startsWith("valid")
                                    || sample.expected().startsWith("invalid")),
                    sample -> sample.expected().startsWith("valid") ? OK : REJECTED);
            assertThat(seen).isEqualTo(5);
        }
        var seen = compare(
                "fit-connect",
                kind("fit-connect-set"),
                sample -> sample.name().endsWith(".jwt"),
                sample -> sample.expected().startsWith("valid") ? OK : REJECTED);
        assertThat(seen).isEqualTo(5);
    }

    @Test
    void xdomeaKeepsToItsSchemaWhereThatIsGiven() throws Exception {
        var kind = kinds(Optional.of(Conformance.topic("xdomea").resolve("schemes")))
                .of("xml")
                .orElseThrow();
        var seen = compare(
                "xdomea",
                kind,
                sample -> sample.name().endsWith(".xml") && sample.expected().equals("valid by the schema"),
                sample -> OK);
        assertThat(seen).isEqualTo(9);
        assertThat(compare("xjustiz", kind("xml"), sample -> true, sample -> OK))
                .isEqualTo(2);
    }

    private interface Expectation {
        Outcome.Result of(Sample sample);
    }

    private static int compare(String topic, MessageKind kind, Predicate<Sample> chosen, Expectation expected)
            throws IOException {
        var different = new ArrayList<String>();
        var seen = 0;
        for (var sample : Conformance.samples(topic)) {
            if (!chosen.test(sample)) continue;
            seen++;
            var outcome = kind.check(content(sample));
            if (outcome.result() != expected.of(sample))
                different.add(sample.name() + ": " + sample.expected() + ", but " + outcome);
            assertThat(outcome.code().isEmpty()).as(sample.name()).isEqualTo(outcome.result() == OK);
        }
        assertThat(different).isEmpty();
        return seen;
    }

    private static MessageKind kind(String name) throws Exception {
        return kinds(Optional.empty()).of(name).orElseThrow();
    }

    private static MessageKinds kinds(Optional<Path> schemas) throws IOException {
        var key = Conformance.topic("fit-connect").resolve("jose/verification-key.jwk.json");
        return new MessageKinds(CHECKOUT, schemas, TokenKeys.of(List.of(key), true));
    }

    private static Content content(Sample sample) {
        return Content.of(sample.file().getFileName().toString(), "application/octet-stream", sample.file());
    }

    private static Element root(Sample sample) throws Exception {
        try (var in = Files.newInputStream(sample.file())) {
            return SafeXml.documentBuilder().parse(in).getDocumentElement();
        }
    }

    private static List<Element> elements(Node parent, String name) {
        var found = new ArrayList<Element>();
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element element && (name.equals("*") || name.equals(element.getLocalName())))
                found.add(element);
        return found;
    }

    private static byte[] bytes(Element invoice) throws TransformerException {
        var out = new ByteArrayOutputStream();
        SafeXml.transformerFactory().newTransformer().transform(new DOMSource(invoice), new StreamResult(out));
        return out.toByteArray();
    }
}
