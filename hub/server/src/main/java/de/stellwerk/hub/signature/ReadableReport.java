package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.SignaturePolicy;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** A verification as a page for people, German and English: what was checked, when, under which policy, who signed and what came out. */
final class ReadableReport {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss zzz", Locale.GERMAN)
            .withZone(ZoneId.of("Europe/Berlin"));
    private static final int LINES = 50;
    private static final int WIDTH = 92;
    private static final float SIZE = 10;

    private ReadableReport() {}

    /** Who signed, only as far as it tells certificates apart: the name on it, who issued it, and its number. */
    static String signer(CertificateWrapper certificate) {
        return certificate.getCommonName() + " (" + certificate.getSerialNumber() + "), " + issuer(certificate);
    }

    private static String issuer(CertificateWrapper certificate) {
        var issuer = certificate.getSigningCertificate();
        return issuer == null ? "-" : issuer.getCommonName();
    }

    static byte[] pdf(
            Content document,
            Instant at,
            SignaturePolicy policy,
            String code,
            List<Found> signatures,
            List<String> signers) {
        var lines = new ArrayList<String>();
        lines.add("Prüfbericht zu Signaturen / Report on the verification of signatures");
        lines.add("");
        say(lines, "Datei / file", document.name());
        say(lines, "SHA-256", sha256(document));
        say(lines, "Geprüft / verified", TIME.format(at));
        say(
                lines,
                "Regel / policy",
                "ETSI EN 319 102-1; Formate / formats: "
                        + (policy.formats().isEmpty() ? "alle / all" : String.join(", ", policy.formats()))
                        + "; Stufe / level: " + (policy.level().isEmpty() ? "-" : policy.level()) + "; RSA >= "
                        + policy.rsa()
                        + ", EC >= " + policy.ec() + "; "
                        + String.join(", ", policy.digests().stream().sorted().toList()));
        say(
                lines,
                "Ergebnis / result",
                code.isEmpty() ? "angenommen / accepted" : "NICHT angenommen / NOT accepted: " + code);
        for (int i = 0; i < signatures.size(); i++) {
            var one = signatures.get(i);
            lines.add("");
            lines.add("Signatur / signature " + (i + 1));
            say(lines, "Format / format", one.format());
            say(lines, "Zertifikat / certificate", signers.get(i));
            say(lines, "Urteil / indication", (one.indication() + " " + one.subIndication()).strip());
            say(lines, "Unversehrt / intact", one.intact() ? "ja / yes" : "NEIN / NO");
            say(
                    lines,
                    "Umfang / covers",
                    switch (one.covers()) {
                        case WHOLE -> "alles / the whole";
                        case PART -> "NUR EINEN TEIL / ONLY A PART";
                        case NONE -> "NICHTS / NOTHING";
                    });
        }
        try {
            return pages(lines);
        } catch (IOException e) {
            throw new UncheckedIOException("the report cannot be written", e);
        }
    }

    private static void say(List<String> lines, String what, String value) {
        var rest = what + ": " + value;
        while (rest.length() > WIDTH) {
            lines.add(rest.substring(0, WIDTH));
            rest = "    " + rest.substring(WIDTH);
        }
        lines.add(rest);
    }

    private static byte[] pages(List<String> lines) throws IOException {
        try (var pdf = new PDDocument()) {
            pdf.getDocumentCatalog().setLanguage("de-DE");
            pdf.getDocumentInformation().setTitle("Prüfbericht / verification report");
            var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
            for (int from = 0; from < lines.size(); from += LINES) {
                var page = new PDPage(PDRectangle.A4);
                pdf.addPage(page);
                try (var text = new PDPageContentStream(pdf, page)) {
                    text.beginText();
                    text.setFont(font, SIZE);
                    text.setLeading(SIZE * 1.45f);
                    text.newLineAtOffset(50, 790);
                    for (var line : lines.subList(from, Math.min(lines.size(), from + LINES))) {
                        text.showText(shown(font, line));
                        text.newLine();
                    }
                    text.endText();
                }
            }
            var out = new ByteArrayOutputStream();
            pdf.save(out);
            return out.toByteArray();
        }
    }

    /** The standard fonts have the letters of western Europe; what they lack is shown as a question mark. */
    private static String shown(PDFont font, String line) {
        var shown = new StringBuilder();
        line.codePoints().forEach(c -> {
            var one = Character.toString(c);
            try {
                font.encode(one);
                shown.append(one);
            } catch (IOException | IllegalArgumentException e) {
                shown.append('?');
            }
        });
        return shown.toString();
    }

    private static String sha256(Content document) {
        try (var in = document.open()) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[64 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
