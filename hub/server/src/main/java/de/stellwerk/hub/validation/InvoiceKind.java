package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.stax.StAXSource;
import javax.xml.transform.stream.StreamSource;
import net.sf.saxon.lib.Feature;
import net.sf.saxon.s9api.Axis;
import net.sf.saxon.s9api.Processor;
import net.sf.saxon.s9api.SaxonApiException;
import net.sf.saxon.s9api.XdmDestination;
import net.sf.saxon.s9api.XdmNode;
import net.sf.saxon.s9api.XdmNodeKind;
import net.sf.saxon.s9api.XsltExecutable;

/**
 * Electronic invoices after EN 16931: UBL 2.1 or UN/CEFACT CII D16B, alone or in a PDF (ZUGFeRD, Factur-X). First the syntax by its
 * schema, then the rules of EN 16931 and, where the invoice says that it is one, those of XRechnung; schemas and rules are the
 * published ones of the libraries on the class path.
 */
final class InvoiceKind {

    private static final String UBL = "urn:oasis:names:specification:ubl:schema:xsd:";
    private static final QName INVOICE = new QName(UBL + "Invoice-2", "Invoice");
    private static final QName CREDIT_NOTE = new QName(UBL + "CreditNote-2", "CreditNote");
    private static final QName CII =
            new QName("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "CrossIndustryInvoice");
    private static final String EN_16931 = "urn:cen.eu:en16931:2017";
    private static final String SVRL = "http://purl.oclc.org/dsdl/svrl";

    private static final Pattern XRECHNUNG = Pattern.compile("xrechnung_(\\d+\\.\\d+)");
    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9._-]{1,40}");

    /** Rules of XRechnung by the version an invoice names. */
    private static final Map<String, String> RULES =
            Map.of("3.0", "XR_30", "2.3", "XR_23", "2.2", "XR_22", "2.1", "XR_21", "2.0", "XR_20", "1.2", "XR_12");

    private static final int MOST = 10;

    private final Map<QName, Schemas> syntax = new ConcurrentHashMap<>();
    private final Map<String, XsltExecutable> rules = new ConcurrentHashMap<>();
    private final Processor processor = new Processor(false);

    private final boolean toPublicBody;

    InvoiceKind() {
        this(false);
    }

    private InvoiceKind(boolean toPublicBody) {
        this.toPublicBody = toPublicBody;
        processor.setConfigurationProperty(Feature.ALLOW_EXTERNAL_FUNCTIONS, false);
        processor.setConfigurationProperty(Feature.DTD_VALIDATION, false);
    }

    static MessageKind create() {
        var kind = new InvoiceKind();
        return MessageKind.of(kind::check);
    }

    /** An invoice that a public body gets: its buyer reference is a Leitweg-ID. */
    static MessageKind toPublicBody() {
        var kind = new InvoiceKind(true);
        return MessageKind.of(kind::check);
    }

    private Outcome check(Content message, MessageKind.Version version) throws BadInput, IOException {
        var xml = HybridPdf.isPdf(message) ? HybridPdf.invoice(message) : XmlKinds.gated(message);
        var root = XmlKinds.root(xml);
        if (root.getNamespaceURI().startsWith("urn:ferd:")) {
            version.is("ZUGFeRD 1");
            throw XmlKinds.unknownVersion("XRechnung, EN 16931 and ZUGFeRD 2, in UBL or CII");
        }
        if (!root.equals(INVOICE) && !root.equals(CREDIT_NOTE) && !root.equals(CII))
            throw XmlKinds.otherKind("an invoice or credit note in UBL, or a CrossIndustryInvoice");
        var format = root.equals(CII) ? "CII" : "UBL";
        syntax.computeIfAbsent(root, InvoiceKind::schema).check(xml, root);
        var profile = profile(xml, format);
        var xrechnung = XRECHNUNG.matcher(profile);
        var names = new ArrayList<String>();
        names.add("/xslt/en16931schematron/EN16931-" + format + "-validation.xslt");
        if (profile.endsWith(":extended")) {
            version.is("ZUGFeRD EXTENDED");
            throw XmlKinds.unknownVersion(
                    "profiles within EN 16931, among them XRechnung and ZUGFeRD from BASIC to EN 16931");
        }
        if (xrechnung.find()) {
            version.is("XRechnung " + xrechnung.group(1) + " (" + format + ")");
            var set = RULES.get(xrechnung.group(1));
            if (set == null) throw XmlKinds.unknownVersion("XRechnung 1.2, 2.0 to 2.3 and 3.0");
            names.add("/xslt/" + set + "/XRechnung-" + format + "-validation.xslt");
        } else if (profile.startsWith(EN_16931)) {
            version.is("EN 16931 (" + format + ")");
        } else {
            version.is(format);
            throw XmlKinds.unknownVersion("profiles of EN 16931, among them XRechnung and ZUGFeRD from BASIC on");
        }
        var broken = broken(xml, names);
        // Vehicles are classified by a list that EN 16931 does not know; the rules of this profile have their own for
        // it.
        if (profile.contains(":cvd_")) broken.removeIf(rule -> rule.startsWith("BR-CL-13 "));
        if (!broken.isEmpty())
            throw new BadInput(
                    "invoice.rule",
                    "The invoice breaks rules: " + String.join("; ", broken.subList(0, Math.min(MOST, broken.size())))
                            + (broken.size() > MOST ? "; and " + (broken.size() - MOST) + " more" : "")
                            + ". Nothing was forwarded. Ask the sender for a corrected invoice.");
        if (toPublicBody && !LeitwegId.holds(buyerReference(xml)))
            throw new BadInput(
                    "invoice.leitweg-id",
                    "The invoice's buyer reference (BT-10) is no Leitweg-ID with right check digits. Nothing was forwarded. Ask the"
                            + " sender for an invoice with the Leitweg-ID of the office that ordered.");
        return Outcome.good(version.name(), "Keeps to its schema and to the rules of " + version.name() + ".");
    }

    private static Schemas schema(QName root) {
        return Schemas.resource(
                root,
                root.equals(CII)
                        ? "/external/schemas/d16b/data/standard/CrossIndustryInvoice_100pD16B.xsd"
                        : "/schema/UBL_21/maindoc/UBL-" + root.getLocalPart() + "-2.1.xsd");
    }

    /** What the invoice says it keeps to: BT-24, the specification identifier. */
    private static String profile(byte[] xml, String format) throws BadInput {
        try {
            var reader = SafeXml.reader(new ByteArrayInputStream(xml));
            var inside = false;
            while (reader.hasNext()) {
                if (reader.next() != XMLStreamConstants.START_ELEMENT) continue;
                var name = reader.getLocalName();
                inside |= name.equals("GuidelineSpecifiedDocumentContextParameter");
                if (format.equals("UBL") ? name.equals("CustomizationID") : inside && name.equals("ID"))
                    return reader.getElementText().strip();
            }
            return "";
        } catch (XMLStreamException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    private static String buyerReference(byte[] xml) throws BadInput {
        try {
            var reader = SafeXml.reader(new ByteArrayInputStream(xml));
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT
                        && reader.getLocalName().equals("BuyerReference"))
                    return reader.getElementText().strip();
            }
            return "";
        } catch (XMLStreamException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    /** The rules that are broken, each with the place: those the rule's makers call fatal, not their warnings. */
    List<String> broken(byte[] xml, List<String> names) throws BadInput {
        try {
            var broken = new ArrayList<String>();
            var document = document(xml);
            for (var report : names.stream()
                    .parallel()
                    .map(name -> report(name, document))
                    .toList()) gather(report, broken);
            return broken;
        } catch (SaxonApiException | XMLStreamException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document cannot be read by its rules. Nothing was forwarded. Send the whole document again.");
        }
    }

    private XdmNode document(byte[] xml) throws SaxonApiException, XMLStreamException {
        return processor.newDocumentBuilder().build(new StAXSource(SafeXml.reader(new ByteArrayInputStream(xml))));
    }

    private XdmNode report(String name, XdmNode document) {
        try {
            var transformer = rules.computeIfAbsent(name, this::compiled).load30();
            var report = new XdmDestination();
            transformer.setMessageHandler(message -> {});
            transformer.setGlobalContextItem(document);
            transformer.applyTemplates(document, report);
            return report.getXdmNode();
        } catch (SaxonApiException e) {
            throw new IllegalStateException("the rules " + name + " cannot be applied", e);
        }
    }

    private XsltExecutable compiled(String name) {
        var url = InvoiceKind.class.getResource(name);
        if (url == null) throw new IllegalStateException(name + " is not on the class path");
        try {
            var compiler = processor.newXsltCompiler();
            compiler.setErrorReporter(problem -> {});
            return compiler.compile(new StreamSource(url.toExternalForm()));
        } catch (SaxonApiException e) {
            throw new IllegalStateException("the rules " + name + " cannot be compiled", e);
        }
    }

    private static void gather(XdmNode report, List<String> broken) {
        for (var item : (Iterable<XdmNode>) () -> report.axisIterator(Axis.DESCENDANT)) {
            if (item.getNodeKind() != XdmNodeKind.ELEMENT
                    || !item.getNodeName().getLocalName().equals("failed-assert")
                    || !SVRL.equals(item.getNodeName().getNamespace())) continue;
            var flag = attribute(item, "flag").orElse("fatal");
            if (!flag.equals("fatal") && !flag.equals("error")) continue;
            var id = attribute(item, "id")
                    .filter(name -> RULE.matcher(name).matches())
                    .orElse("a rule");
            broken.add(id + " at "
                    + attribute(item, "location").map(InvoiceKind::plain).orElse("/"));
        }
    }

    private static Optional<String> attribute(XdmNode node, String name) {
        return Optional.ofNullable(node.getAttributeValue(new net.sf.saxon.s9api.QName(name)));
    }

    /** A path as a person writes it: the rules name each namespace in full. */
    private static String plain(String location) {
        return location.replaceAll("\\*:|Q\\{[^}]*\\}|\\[namespace-uri\\(\\)='[^']*'\\]|\\[1\\]", "");
    }
}
