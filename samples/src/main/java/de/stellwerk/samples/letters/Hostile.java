package de.stellwerk.samples.letters;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * An input nobody wants, and what a hub has to make of it.
 *
 * @param name what it is, in German
 * @param before letters that are in order and go first
 * @param letter the input
 * @param code the code the hub has to give; empty if it may take the letter
 */
public record Hostile(String name, List<Letter> before, Letter letter, Expected expected, String code) {

    /** What has to become of it. */
    public enum Expected {
        /** Refused at the door, or held and not forwarded. */
        STOPPED,
        /** Taken, but what is dangerous about it is gone. */
        HARMLESS,
        /** Recognised as sent before: the same receipt again. */
        DUPLICATE,
        /** Refused because its key was used for something else. */
        CONFLICT
    }

    private static final int DEPTH = 200_000;

    /**
     * All of them.
     *
     * @param number the number of the first case they use; they use one each
     * @param notices makes the signed ones
     * @param tooLarge a size in bytes that is above the hub's limit for a part
     */
    public static List<Hostile> all(Registrations registrations, Notices notices, int number, int tooLarge) {
        var next = new Object() {
            private int value = number;

            Letter letter() {
                return registrations.of(Town.PIRNA, value++);
            }
        };
        var twice = next.letter();
        var changed = next.letter();
        return List.of(
                stopped("XML mit externer Entität (XXE)", body(next.letter(), xxe()), "xml.doctype"),
                stopped("XML-Bombe (billion laughs)", body(next.letter(), laughs()), "xml.doctype"),
                stopped("XML mit 200.000 Ebenen", body(next.letter(), deep()), "xml.depth"),
                stopped("ZIP mit ../ im Namen (zip slip)", attached(next.letter(), zipSlip()), "archive.path"),
                stopped(
                        "Anhang heißt ../../etc/cron.d/x",
                        attached(next.letter(), new Part("../../etc/cron.d/x.pdf", "application/pdf", pdf())),
                        "name.path"),
                stopped(
                        "Anhang zu groß",
                        attached(next.letter(), new Part("plan.pdf", "application/pdf", new byte[tooLarge])),
                        "size.part"),
                stopped("Unbekannte Gemeinde", next.letter().forMunicipality("99999999"), "municipality.unknown"),
                stopped("Unbekannte Formularversion 2.0", version(next.letter()), "version.unknown"),
                stopped("Signierte Mitteilung, verändert", notice(next.letter(), notices.bad(0)), "sig.altered"),
                stopped("Mitteilung ohne Signatur", notice(next.letter(), notices.bad(3)), "sig.missing"),
                new Hostile(
                        "Gefälschte Camel- und JMS-Header", List.of(), forged(next.letter()), Expected.HARMLESS, ""),
                new Hostile("Gleicher Schlüssel, gleiche Bytes", List.of(twice), twice, Expected.DUPLICATE, ""),
                new Hostile(
                        "Gleicher Schlüssel, andere Bytes",
                        List.of(changed),
                        next.letter().withKey(changed.key()),
                        Expected.CONFLICT,
                        "message.conflict"));
    }

    private static Hostile stopped(String name, Letter letter, String code) {
        return new Hostile(name, List.of(), letter, Expected.STOPPED, code);
    }

    private static Letter body(Letter letter, String xml) {
        return letter.withBody(Part.xml("gewerbeanmeldung.xml", xml));
    }

    private static Letter attached(Letter letter, Part part) {
        return letter.withAttachments(List.of(part));
    }

    private static Letter notice(Letter letter, Notice notice) {
        return new Letter(
                letter.key(),
                letter.municipality(),
                "notice.signed",
                "",
                letter.caseId(),
                Map.of("sender", "kanzlei@example.org"),
                notice.document(),
                List.of());
    }

    private static Letter version(Letter letter) {
        var xml = new String(letter.body().bytes(), StandardCharsets.UTF_8);
        return body(letter, xml.replace(":1.2\"", ":2.0\"").replace("version=\"1.2\"", "version=\"2.0\""));
    }

    private static Letter forged(Letter letter) {
        return letter.withHeaders(Map.of(
                "CamelFileName", "../../tmp/x",
                "CamelHttpUri", "http://127.0.0.1:1/",
                "cAmElExecCommandExecutable", "/bin/sh",
                "JMSReplyTo", "queue:anders",
                "operationName", "loeschen",
                "portal-ticket", "harmlos"));
    }

    private static String xxe() {
        return "<?xml version=\"1.0\"?><!DOCTYPE g [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><gewerbeanmeldung xmlns=\""
                + Registrations.NAMESPACE + "\" version=\"1.2\"><antragsnummer>&x;</antragsnummer></gewerbeanmeldung>";
    }

    private static String laughs() {
        var xml = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE g [<!ENTITY a0 \"ha\">");
        for (var i = 1; i <= 12; i++) {
            xml.append("<!ENTITY a").append(i).append(" \"");
            xml.append(("&a" + (i - 1) + ";").repeat(10)).append("\">");
        }
        return xml.append("]><gewerbeanmeldung xmlns=\"" + Registrations.NAMESPACE + "\">&a12;</gewerbeanmeldung>")
                .toString();
    }

    private static String deep() {
        return "<gewerbeanmeldung xmlns=\"" + Registrations.NAMESPACE + "\">" + "<a>".repeat(DEPTH)
                + "</a>".repeat(DEPTH) + "</gewerbeanmeldung>";
    }

    private static Part zipSlip() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            zip.putNextEntry(new ZipEntry("plan.txt"));
            zip.write("Lageplan".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("../../../../tmp/stellwerk-zip-slip.txt"));
            zip.write("entkommen".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Part("anlagen.zip", "application/zip", bytes.toByteArray());
    }

    private static byte[] pdf() {
        return SamplePdf.of(List.of("Anlage"));
    }
}
