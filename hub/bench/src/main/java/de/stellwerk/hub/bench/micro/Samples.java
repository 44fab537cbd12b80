package de.stellwerk.hub.bench.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Documents such as the sample town's portal sends. */
final class Samples {

    private static final String BEFORE = """
            <?xml version="1.0" encoding="UTF-8"?>
            <gewerbeanmeldung xmlns="urn:stellwerk:sample:gewerbeanmeldung:1.2" version="1.2"><antragsnummer>PIR-2026-000001</antragsnummer>\
            <eingereichtAm>2026-11-24T08:15:00+01:00</eingereichtAm><art>ANMELDUNG</art><betrieb><name>Bäckerei &amp; Café Šołta</name>\
            <taetigkeit>""";
    private static final String AFTER = """
            </taetigkeit><strasse>Dohnaische Straße</strasse><hausnummer>12a</hausnummer><plz>01796</plz><ort>Pirna</ort>\
            <beginn>2027-01-01</beginn></betrieb><person><familienname>Brězan</familienname><vorname>Jürgen</vorname>\
            <geburtsdatum>1980-05-17</geburtsdatum></person></gewerbeanmeldung>
            """;

    private Samples() {}

    /** A trade registration of 2 KiB that keeps to the schema of the sample town. */
    static byte[] registration() {
        var bare = (BEFORE + AFTER).getBytes(UTF_8).length;
        return (BEFORE + "x".repeat((2 << 10) - bare) + AFTER).getBytes(UTF_8);
    }

    /** Well-formed XML of about that size, as deep and as wide as forms are. */
    static byte[] large(int bytes) {
        var text = new StringBuilder(bytes + 1_000).append("<liste xmlns=\"urn:stellwerk:bench:list:1\">");
        for (var i = 0; text.length() < bytes; i++) {
            text.append("<eintrag nr=\"")
                    .append(i)
                    .append("\"><name>Straße der Jugend</name><ort plz=\"01796\">Pirna</ort></eintrag>");
        }
        return text.append("</liste>").toString().getBytes(UTF_8);
    }

    /** An archive of twenty XML files. */
    static byte[] zip() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var i = 0; i < 20; i++) {
                zip.putNextEntry(new ZipEntry("formular-" + i + ".xml"));
                zip.write(registration());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A file of this checkout's routes; the bench is started in the checkout's folder. */
    static byte[] route(String name) throws IOException {
        return Files.readAllBytes(Path.of("routes", name));
    }
}
