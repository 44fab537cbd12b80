package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One kind of request, its bytes built once: what changes from one to the next, the case and the town, is written over in place, so
 * that the load costs hardly more than its bytes.
 *
 * @param attachment bytes that follow the request's own part, the same for all; empty for none
 * @param tail what ends the request
 */
record Form(String name, byte[] request, int[] cases, int[] towns, byte[] attachment, byte[] tail) {

    private static final String CASE = "@@@-@@@@@@@@";
    private static final String TOWN = "########";
    private static final String BOUNDARY = "stellwerk-bench";
    private static final String BRANCH =
            "<filiale><strasse>Straße der Jugend</strasse><hausnummer>17</hausnummer><plz>01796</plz><ort>Pirna</ort></filiale>";

    /** A form whose XML has exactly so many bytes. */
    static Form of(String name, int xmlBytes, String key, int port) {
        return with(name, xmlBytes, 0, key, port);
    }

    /** A form of 2 KiB with one attachment of that size. */
    static Form with(String name, int xmlBytes, int attachmentBytes, String key, int port) {
        var attached = attachmentBytes > 0;
        var body = part("meta", "", "application/json")
                + "{\"municipality\":\"" + TOWN + "\",\"kind\":\"form.submission\",\"case\":\"" + CASE + "\"}\r\n"
                + part("body", "form.xml", "application/xml") + xml(xmlBytes) + "\r\n"
                // The case in it makes each attachment another one: none is recognised as held already.
                + (attached ? part("attachment", "anlage.pdf", "application/pdf") + "%PDF-1.7\n% " + CASE + "\n" : "");
        var attachment = new byte[attachmentBytes];
        // Not compressible by whatever is below, and the same in each run.
        new java.util.Random(7).nextBytes(attachment);
        var tail = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(UTF_8);
        if (!attached) {
            body = body.substring(0, body.length() - 2);
        }
        var length = body.getBytes(UTF_8).length + attachment.length + tail.length;
        var request = ("POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + key
                        + "\r\nIdempotency-Key: " + CASE + "\r\nContent-Type: multipart/form-data; boundary=" + BOUNDARY
                        + "\r\nContent-Length: " + length + "\r\n\r\n" + body)
                .getBytes(UTF_8);
        return new Form(name, request, places(request, CASE), places(request, TOWN), attachment, tail);
    }

    /** Bytes for one sender, who writes into them. */
    byte[] copy() {
        return request.clone();
    }

    void fill(byte[] copy, String caseId, String town) {
        write(copy, cases, caseId);
        write(copy, towns, town);
    }

    private static void write(byte[] to, int[] places, String text) {
        for (var place : places) {
            for (var i = 0; i < text.length(); i++) {
                to[place + i] = (byte) text.charAt(i);
            }
        }
    }

    private static String part(String name, String file, String type) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\""
                + (file.isEmpty() ? "" : "; filename=\"" + file + "\"") + "\r\nContent-Type: " + type + "\r\n\r\n";
    }

    static String xml(int bytes) {
        var before =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gewerbeanmeldung xmlns=\"urn:stellwerk:bench:form:1\" version=\"1.0\">"
                        + "<antragsnummer>" + CASE
                        + "</antragsnummer><eingereichtAm>2026-11-24T08:15:00+01:00</eingereichtAm>"
                        + "<art>ANMELDUNG</art><betrieb><name>Bäckerei &amp; Café Šołta</name><taetigkeit>Backwaren ";
        var after = "</taetigkeit><strasse>Dohnaische Straße</strasse><hausnummer>12a</hausnummer><plz>01796</plz>"
                + "<ort>Pirna</ort><beginn>2027-01-01</beginn></betrieb><person><familienname>Brězan</familienname>"
                + "<vorname>Jürgen</vorname><geburtsdatum>1980-05-17</geburtsdatum></person>";
        var end = "</gewerbeanmeldung>\n";
        var left = bytes - (before + after + end).getBytes(UTF_8).length;
        var branches = left / BRANCH.getBytes(UTF_8).length;
        return before
                + "x".repeat(left - branches * BRANCH.getBytes(UTF_8).length)
                + after
                + BRANCH.repeat(branches)
                + end;
    }

    private static int[] places(byte[] in, String text) {
        var what = text.getBytes(UTF_8);
        List<Integer> found = new ArrayList<>();
        for (var i = 0; i + what.length <= in.length; i++) {
            if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
                found.add(i);
            }
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }
}
