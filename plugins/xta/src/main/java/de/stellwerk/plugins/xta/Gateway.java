package de.stellwerk.plugins.xta;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The line to the gateway: one request, one answer, over HTTPS with the client certificate. Every request is a MIME package, as the
 * policy of the WSDL wants it, with content as parts of their own.
 *
 * @param send address of the SendXtaPort
 * @param management address of the ManagementPort
 * @param box address of the MsgBoxPort
 * @param folder for temporary files
 * @param limit the largest answer, in bytes
 */
record Gateway(
        URI send,
        URI management,
        URI box,
        SSLSocketFactory tls,
        Duration connect,
        Duration read,
        Path folder,
        long limit) {

    /** What a web server says before it has looked at what it was sent: a person has to act. */
    private static final Set<Integer> TURNED_AWAY = Set.of(401, 403, 404, 405, 407, 415, 429);

    private static final String SOAP_TYPE = "application/soap+xml";

    /** A request without content. */
    Answer ask(URI address, String action, String headers, String body)
            throws IOException, NoAnswer, Refusal, TurnedAway {
        return ask(address, action, headers, body, List.of());
    }

    /**
     * @param headers beside those of WS-Addressing
     * @param contents what the body refers to as {@link #contentId}
     * @throws Refusal if XTA said no
     * @throws TurnedAway if XTA was not asked
     */
    Answer ask(URI address, String action, String headers, String body, List<Content> contents)
            throws IOException, NoAnswer, Refusal, TurnedAway {
        var question = "urn:uuid:" + UUID.randomUUID();
        var connection = (HttpsURLConnection) address.toURL().openConnection();
        try {
            var boundary = "stellwerk-" + UUID.randomUUID();
            connection.setSSLSocketFactory(tls);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            // In pieces: a body of any size, and Java does not send it again by itself after trouble.
            connection.setChunkedStreamingMode(0);
            connection.setConnectTimeout((int) connect.toMillis());
            connection.setReadTimeout((int) read.toMillis());
            // A line that is used again may be dead, and would leave open whether the request has arrived.
            connection.setRequestProperty("Connection", "close");
            connection.setRequestProperty(
                    "Content-Type",
                    "multipart/related; type=\"application/xop+xml\"; boundary=\"" + boundary
                            + "\"; start=\"<root@stellwerk>\"; start-info=\"" + SOAP_TYPE + "\"; action=\"" + action
                            + "\"");
            try (var out = new BufferedOutputStream(connection.getOutputStream(), 1 << 16)) {
                write(out, boundary, envelope(address, action, question, headers, body), contents);
            }
            return answer(connection, question);
        } finally {
            connection.disconnect();
        }
    }

    static String contentId(int number) {
        return "part" + number + "@stellwerk";
    }

    private static String envelope(URI address, String action, String question, String headers, String body) {
        var addressing = new Xml()
                .leaf("wsa:Action", action, "s12:mustUnderstand", "true")
                .leaf("wsa:MessageID", question)
                .leaf("wsa:To", address.toString(), "s12:mustUnderstand", "true")
                .open("wsa:ReplyTo")
                .leaf("wsa:Address", Names.ADDRESSING + "/anonymous")
                .close();
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s12:Envelope xmlns:s12=\"" + Names.SOAP + "\" xmlns:wsa=\""
                + Names.ADDRESSING + "\" xmlns:xta=\"" + Names.XTA + "\" xmlns:osci=\"" + Names.OSCI
                + "\" xmlns:oscimeta=\"" + Names.META + "\" xmlns:xop=\"" + Names.XOP + "\"><s12:Header>" + addressing
                + headers + "</s12:Header><s12:Body>" + body + "</s12:Body></s12:Envelope>";
    }

    private static void write(OutputStream out, String boundary, String envelope, List<Content> contents)
            throws IOException {
        head(out, boundary, "application/xop+xml; charset=UTF-8; type=\"" + SOAP_TYPE + "\"", "root@stellwerk");
        out.write(envelope.getBytes(UTF_8));
        for (int i = 0; i < contents.size(); i++) {
            out.write("\r\n".getBytes(UTF_8));
            head(out, boundary, "application/octet-stream", contentId(i));
            try (var in = contents.get(i).open()) {
                in.transferTo(out);
            }
        }
        out.write(("\r\n--" + boundary + "--\r\n").getBytes(UTF_8));
    }

    private static void head(OutputStream out, String boundary, String type, String id) throws IOException {
        out.write(("--" + boundary + "\r\nContent-Type: " + type
                        + "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + id + ">\r\n\r\n")
                .getBytes(UTF_8));
    }

    private Answer answer(HttpsURLConnection connection, String question)
            throws IOException, NoAnswer, Refusal, TurnedAway {
        int status = connection.getResponseCode();
        if (TURNED_AWAY.contains(status)) {
            throw new TurnedAway(
                    "xta.refused: the gateway's door says HTTP " + status + "; check the address and the certificate");
        }
        var type = connection.getContentType() == null ? "" : connection.getContentType();
        if (status == 202 || status == 204) {
            return Answer.empty();
        }
        // A fault comes as 500, or as 400 where the sender is to blame.
        boolean soap = type.toLowerCase(Locale.ROOT).matches("(multipart/related|application/soap\\+xml)\\b.*");
        if ((status != 200 && status != 400 && status != 500) || !soap) {
            throw new NoAnswer(
                    "xta.answer: HTTP " + status + " with '" + Plain.text(type) + "' is not an answer in SOAP 1.2");
        }
        try (var body = body(connection, status)) {
            var parts = Parts.read(body, type, folder, limit);
            try {
                return Answer.of(parts, question);
            } catch (IOException | NoAnswer | Refusal | RuntimeException e) {
                parts.close();
                throw e;
            }
        }
    }

    private static InputStream body(HttpsURLConnection connection, int status) throws IOException {
        @Nullable InputStream stream = status == 200 ? connection.getInputStream() : connection.getErrorStream();
        return stream == null ? InputStream.nullInputStream() : stream;
    }
}
