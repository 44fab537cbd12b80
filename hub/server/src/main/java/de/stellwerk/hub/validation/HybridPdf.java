package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.filespecification.PDComplexFileSpecification;

/** The invoice that is embedded in a PDF/A-3 (ZUGFeRD 2, Factur-X). */
final class HybridPdf {

    private static final int LARGEST = 16 << 20;
    private static final byte[] START = {'%', 'P', 'D', 'F', '-'};

    /** Names by the standard, the newest first: a PDF may hold the same invoice in an older format too. */
    private static final List<String> NAMES = List.of("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml");

    private static final Set<String> PROFILES =
            Set.of("MINIMUM", "BASIC WL", "BASIC", "EN 16931", "COMFORT", "EXTENDED", "XRECHNUNG");

    private HybridPdf() {}

    static boolean isPdf(Content message) throws IOException {
        try (var in = message.open()) {
            return Arrays.equals(in.readNBytes(START.length), START);
        }
    }

    static byte[] invoice(Content message) throws BadInput, IOException {
        byte[] bytes;
        try (var in = message.open()) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) throw pdf("is larger than " + LARGEST + " bytes", "Send the invoice alone.");
        try (var pdf = Loader.loadPDF(bytes)) {
            metadata(pdf);
            return XmlKinds.gated(embedded(pdf));
        } catch (IOException | RuntimeException e) {
            // The library has no type of its own for a file it cannot take apart.
            throw pdf("is damaged", "Send it again.");
        }
    }

    private static Content embedded(PDDocument pdf) throws BadInput, IOException {
        var names = pdf.getDocumentCatalog().getNames();
        var files = names == null ? null : names.getEmbeddedFiles();
        Map<String, PDComplexFileSpecification> all =
                files == null || files.getNames() == null ? Map.of() : files.getNames();
        for (var wanted : NAMES) {
            for (var file : all.values()) {
                var name = String.valueOf(file.getFilename()).toLowerCase(Locale.ROOT);
                var content = file.getEmbeddedFile();
                if (!name.equals(wanted) || content == null) continue;
                try (var in = content.createInputStream()) {
                    return Content.of(name, "application/xml", in.readNBytes(LARGEST + 1));
                }
            }
        }
        throw pdf("has no invoice in it", "Send a PDF with the invoice embedded as " + NAMES + ".");
    }

    /** A hybrid invoice says in its metadata that it is one (ISO 19005-3, 6.6.2). */
    private static void metadata(PDDocument pdf) throws BadInput, IOException {
        var metadata = pdf.getDocumentCatalog().getMetadata();
        if (metadata == null) throw pdf("has no XMP metadata, so it is no PDF/A", "Ask the sender for a PDF/A-3.");
        try (var in = metadata.exportXMPMetadata()) {
            var profiles = SafeXml.documentBuilder()
                    .parse(new ByteArrayInputStream(in.readNBytes(LARGEST)))
                    .getElementsByTagNameNS("*", "ConformanceLevel");
            for (var i = 0; i < profiles.getLength(); i++)
                if (PROFILES.contains(profiles.item(i).getTextContent().strip())) return;
            throw pdf("does not say which profile of ZUGFeRD it keeps to", "Ask the sender for a ZUGFeRD PDF.");
        } catch (org.xml.sax.SAXException e) {
            throw pdf("has XMP metadata that cannot be read", "Ask the sender for a PDF/A-3.");
        }
    }

    private static BadInput pdf(String what, String next) {
        return new BadInput("pdf.malformed", "The PDF " + what + ". Nothing was forwarded. " + next);
    }
}
