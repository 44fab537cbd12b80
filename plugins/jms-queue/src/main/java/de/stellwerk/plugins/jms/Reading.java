package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a message on the queue becomes.
 *
 * @param idProperty empty for the id that the broker's client gave it
 * @param caseProperty empty for none
 * @param headers properties that become headers
 * @param limit the most bytes a message has
 */
record Reading(String kind, String mediaType, String idProperty, String caseProperty, List<String> headers, int limit) {

    private static final int LONGEST_ID = 200;
    private static final String BODY = "nachricht";
    private static final Pattern DECLARED =
            Pattern.compile("^(\\uFEFF?<\\?xml\\s[^>]{0,80}?encoding\\s*=\\s*[\"'])([A-Za-z0-9._-]{1,40})([\"'])");

    Message message(jakarta.jms.Message jms) throws JMSException, Refused {
        var message = Message.of(id(jms), kind, Content.of(BODY, mediaType, bytes(jms)));
        var caseId = caseProperty.isEmpty() ? null : property(jms, caseProperty);
        if (caseId != null && !caseId.isBlank()) {
            message = message.inCase(caseId);
        }
        for (var name : headers) {
            var value = property(jms, name);
            if (value != null) {
                message = message.header(header(name), value);
            }
        }
        return message;
    }

    /** The same at every redelivery: by it the hub knows a message that comes again. */
    private String id(jakarta.jms.Message jms) throws JMSException, Refused {
        var id = idProperty.isEmpty() ? jms.getJMSMessageID() : property(jms, idProperty);
        if (id == null || id.isBlank()) {
            throw new Refused(
                    "jms.no-id",
                    idProperty.isEmpty()
                            ? "Die Nachricht trägt keine JMSMessageID; eine Wiederholung wäre nicht zu erkennen."
                            : "Die Eigenschaft " + idProperty + " mit der Kennung der Nachricht fehlt.");
        }
        if (id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)) {
            throw new Refused(
                    "jms.bad-id",
                    "Die Kennung der Nachricht ist länger als " + LONGEST_ID + " Zeichen oder enthält Steuerzeichen.");
        }
        return id;
    }

    private byte[] bytes(jakarta.jms.Message jms) throws JMSException, Refused {
        if (jms instanceof BytesMessage bytes) {
            check(bytes.getBodyLength());
            var read = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(read);
            return read;
        }
        if (jms instanceof TextMessage text) {
            // A text has no bytes of its own: it gets those of UTF-8, and an XML declaration says so.
            var said = text.getText() == null ? "" : text.getText();
            var read = DECLARED.matcher(said).replaceFirst("$1UTF-8$3").getBytes(StandardCharsets.UTF_8);
            check(read.length);
            return read;
        }
        // Never unpacked: a Java object in a message can run code.
        throw new Refused("jms.type", "Nur Text- und Bytes-Nachrichten werden angenommen.");
    }

    private void check(long size) throws Refused {
        if (size > limit) {
            throw new Refused("jms.too-large", "Die Nachricht ist größer, als diese Verbindung annimmt.");
        }
    }

    private static @Nullable String property(jakarta.jms.Message jms, String name) throws JMSException {
        return name.equals("JMSCorrelationID") ? jms.getJMSCorrelationID() : jms.getStringProperty(name);
    }

    private static String header(String property) {
        var plain = property.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return plain.matches("[a-z].*") ? plain : "x" + plain;
    }
}
