package de.stellwerk.plugins.callback;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;

/**
 * Posts a delivery: attachments first, each under the delivery's id and its number, the body last under the id itself and with the count
 * of attachments; when the body is there, all is there. The target keeps one of each id. It names its own reference in a header, or the
 * delivery's id is the reference; by it the answer is known later.
 */
record Outgoing(URI url, String callbackUrl, Signature signature, Duration timeout) {

    private static final String ATTACHMENTS = "stellwerk-attachments";
    private static final String CALLBACK = "stellwerk-callback";
    private static final String KIND = "stellwerk-kind";
    /** What a server says before it has looked at what it was sent: a person has to act. */
    private static final Set<Integer> TURNED_AWAY = Set.of(401, 403, 404, 405);

    private static final int TOO_MANY = 429;
    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);

    DeliveryResult deliver(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("callback.id: the delivery's id is not what the hub gives");
        }
        for (int i = 0; i < delivery.attachments().size(); i++) {
            var result = post(
                    delivery,
                    delivery.id() + "-" + (i + 1),
                    delivery.attachments().get(i));
            if (!(result instanceof Delivered)) {
                return result;
            }
        }
        return post(delivery, delivery.id(), delivery.body());
    }

    private DeliveryResult post(Delivery delivery, String id, Content content) throws IOException {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        try {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setUseCaches(false);
            // In pieces: a body of any size, and Java does not send it again by itself after trouble.
            connection.setChunkedStreamingMode(0);
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) timeout.toMillis());
            connection.setReadTimeout((int) timeout.toMillis());
            connection.setRequestProperty("content-type", mediaType(content));
            connection.setRequestProperty(Incoming.ID, id);
            connection.setRequestProperty(Incoming.SIGNATURE, signature.of(id, "", content));
            connection.setRequestProperty(KIND, delivery.kind());
            connection.setRequestProperty(
                    ATTACHMENTS, String.valueOf(delivery.attachments().size()));
            if (!callbackUrl.isEmpty()) {
                connection.setRequestProperty(CALLBACK, callbackUrl);
            }
            try (var in = content.open();
                    var out = connected(connection)) {
                in.transferTo(out);
            } catch (ConnectException | UnknownHostException e) {
                return new NotSent("callback.unreachable: " + e.getClass().getSimpleName(), Duration.ZERO);
            }
            return result(connection, id);
        } finally {
            connection.disconnect();
        }
    }

    private static OutputStream connected(HttpURLConnection connection) throws IOException {
        connection.connect();
        return connection.getOutputStream();
    }

    /** A header must stay one line, whatever a sender has called its media type. */
    private static String mediaType(Content content) {
        return content.mediaType().matches("[\\x20-\\x7e]{1,200}") ? content.mediaType() : "application/octet-stream";
    }

    private static DeliveryResult result(HttpURLConnection connection, String id) throws IOException {
        int status = connection.getResponseCode();
        if (status >= 200 && status < 300) {
            var reference = connection.getHeaderField(Incoming.REFERENCE);
            return new Delivered(
                    reference != null && reference.matches("[A-Za-z0-9][A-Za-z0-9._:-]{0,119}") ? reference : id);
        }
        if (TURNED_AWAY.contains(status)) {
            return new NotSent(
                    "callback.refused: the target's door says HTTP " + status + "; check 'url' and 'secret'",
                    UNTIL_SOMEBODY_HAS_ACTED);
        }
        if (status == TOO_MANY) {
            return new NotSent("callback.busy: the target says HTTP 429", UNTIL_IT_HAS_CALMED_DOWN);
        }
        return status >= 400 && status < 500
                ? new Rejected("callback.rejected: the target says HTTP " + status)
                : new Unknown("callback.answer: the target says HTTP " + status);
    }
}
