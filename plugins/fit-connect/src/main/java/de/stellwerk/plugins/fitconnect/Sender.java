package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.jwk.RSAKey;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Probe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Sends submissions. Only the last call has an effect: an announced submission that is never submitted is forgotten by the service. The
 * service gives the id, so it is kept on disk under the delivery's id before that last call; whoever comes back asks the case's event log
 * whether the submission was submitted, and otherwise goes on with the same one.
 */
final class Sender implements Probe {

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    /** More than a year: long after the service itself has accepted, rejected or deleted a submission. */
    private static final Duration KEPT = Duration.ofDays(400);

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Set<Integer> REFUSED = Set.of(400, 413, 422);
    private static final String ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    private final Api api;
    private final EventLog events;
    private final Optional<Routing> routing;
    private final Card card;
    private final DropFolder sent;
    private final Clock clock;
    private Instant cleaned = Instant.EPOCH;

    /**
     * @param destination if empty, the routing API is asked for {@code area}
     * @param largest bytes of one content
     */
    record Card(String destination, String area, String service, String schema, int largest) {}

    /** A submission the service has given an id. */
    private record Announced(String submission, String caseId) {}

    Sender(Api api, EventLog events, Optional<Routing> routing, Card card, Path directory, Clock clock)
            throws IOException {
        this.api = api;
        this.events = events;
        this.routing = routing;
        this.card = card;
        this.clock = clock;
        this.sent = new DropFolder(Files.createDirectories(directory.resolve("announced")));
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("fit.id: the delivery's id is not what the hub gives");
        }
        var type = type(delivery.body());
        if (type.isEmpty()) {
            return new Rejected("fit.type: data of a submission are JSON or XML");
        }
        var service = delivery.headers().getOrDefault("service", card.service());
        if (!service.matches("[0-9]{14}")) {
            return new Rejected("fit.service: no key of a service with 14 digits");
        }
        var data = bytes(delivery.body());
        var parts = new ArrayList<Metadata.Part>();
        for (var i = 0; i < delivery.attachments().size(); i++) {
            var content = delivery.attachments().get(i);
            parts.add(new Metadata.Part(part(delivery.id(), i), content, bytes(content)));
        }
        if (data.length > card.largest() || parts.stream().anyMatch(part -> part.bytes().length > card.largest())) {
            return new Rejected("fit.size: larger than 'max-size' allows");
        }
        var metadata = Metadata.of(
                data,
                type,
                card.schema(),
                Metadata.LEIKA + service,
                delivery.id().substring(0, 16),
                parts);
        Announced announced;
        Map<String, Object> content;
        try {
            var before = before(delivery);
            if (before.isPresent() && isSubmitted(before.get())) {
                return new Delivered(before.get().submission());
            }
            var destination = card.destination().isEmpty() && routing.isPresent()
                    ? routing.get().destination(service, card.area())
                    : card.destination();
            var key = key(destination);
            announced = before.isPresent() ? before.get() : announce(delivery, destination, service, parts);
            for (var part : parts) {
                api.upload(
                        announced.submission(),
                        part.id(),
                        Jose.encrypt(part.bytes(), metadataType(part.content()), key));
            }
            content = Map.of(
                    "encryptedMetadata",
                    Jose.encrypt(metadata.json().toString().getBytes(StandardCharsets.UTF_8), "application/json", key),
                    "encryptedData",
                    Jose.encrypt(data, type, key));
        } catch (ApiTrouble e) {
            // Nothing is submitted before the last call.
            return REFUSED.contains(e.status) ? new Rejected(e.why) : new NotSent(e.why, pause(e));
        } catch (IOException e) {
            return new NotSent(String.valueOf(e.getMessage()), SOON);
        }
        return submit(announced, content);
    }

    private DeliveryResult submit(Announced announced, Map<String, Object> content) throws IOException {
        try {
            api.submit(announced.submission(), content);
            return new Delivered(announced.submission());
        } catch (ApiTrouble e) {
            if (e.status >= 500) {
                return new Unknown(e.why);
            }
            if (isSubmitted(announced)) {
                return new Delivered(announced.submission());
            }
            return REFUSED.contains(e.status) ? new Rejected(e.why) : new NotSent(e.why, pause(e));
        } catch (ConnectException e) {
            return new NotSent("fit.unreachable: the submission API does not answer the call", SOON);
        }
    }

    @Override
    public DeliveryResult probe(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Unknown("fit.id: the delivery's id is not what the hub gives");
        }
        var before = before(delivery);
        if (before.isEmpty()) {
            return new Unknown("fit.lost: this hub has no note of the submission's id. Look for the sender's reference "
                    + delivery.id().substring(0, 16) + " at the receiver before it is sent again");
        }
        return isSubmitted(before.get())
                ? new Delivered(before.get().submission())
                : new NotSent("fit.announced: announced and not submitted", Duration.ZERO);
    }

    private boolean isSubmitted(Announced announced) throws IOException {
        try {
            return events.of(announced.caseId(), announced.submission()).stream()
                    .anyMatch(event -> event.name().equals(EventLog.SUBMIT));
        } catch (Refused e) {
            throw new IOException("fit.events: the event log of the case cannot be believed: " + e.getMessage(), e);
        } catch (ApiTrouble e) {
            if (e.status == 404) {
                return false;
            }
            throw e;
        }
    }

    private RSAKey key(String id) throws IOException {
        var destination = api.destination(id);
        if (!destination.text("status").equals("active")) {
            throw new IOException(
                    "fit.destination: the destination is not active. Nothing was sent; ask its authority");
        }
        var kid = destination.text("encryptionKid");
        var key = Jose.key(api.key(id, kid));
        if (!kid.equals(key.getKeyID()) || !Jose.wraps(key)) {
            throw new IOException("fit.key: the destination's key may not be encrypted with (wrapKey, RSA-OAEP-256, "
                    + Jose.ENCRYPTION + " bits). Nothing was sent; ask its authority");
        }
        return key;
    }

    private Announced announce(Delivery delivery, String destination, String service, List<Metadata.Part> parts)
            throws IOException {
        var answer = api.announce(Map.of(
                "destinationId",
                destination,
                "announcedAttachments",
                parts.stream().map(Metadata.Part::id).toList(),
                api.serviceField(),
                Map.of("identifier", Metadata.LEIKA + service)));
        var announced = new Announced(answer.text("submissionId"), answer.text("caseId"));
        if (!announced.submission().matches(ID) || !announced.caseId().matches(ID)) {
            throw new IOException("fit.answer: an announced submission has no id");
        }
        sent.put(
                delivery.id(),
                new ByteArrayInputStream((announced.submission() + " " + announced.caseId() + "\n")
                        .getBytes(StandardCharsets.US_ASCII)));
        clean(sent.folder().resolve(delivery.id()));
        return announced;
    }

    /**
     * Once a day. What is taken away is, for a probe, as lost as with the folder: a person is asked.
     *
     * @param newest for the time of the disk, which may be another machine's
     */
    private synchronized void clean(Path newest) throws IOException {
        var now = clock.instant();
        if (now.isBefore(cleaned.plus(Duration.ofDays(1)))) {
            return;
        }
        cleaned = now;
        var eldest = Files.getLastModifiedTime(newest).toInstant().minus(KEPT);
        // Only what has its name already: another delivery's note may be in the making, and gone a moment later.
        for (var note : sent.list("?".repeat(64), Integer.MAX_VALUE)) {
            if (Files.getLastModifiedTime(note).toInstant().isBefore(eldest)) {
                Files.deleteIfExists(note);
            }
        }
    }

    private Optional<Announced> before(Delivery delivery) throws IOException {
        var file = sent.folder().resolve(delivery.id());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var words = Files.readString(file).strip().split(" ");
        if (words.length != 2 || !words[0].matches(ID) || !words[1].matches(ID)) {
            throw new IOException("fit.note: the note of an announced submission is damaged");
        }
        return Optional.of(new Announced(words[0], words[1]));
    }

    private byte[] bytes(Content content) throws IOException {
        try (var in = content.open()) {
            return in.readNBytes(card.largest() + 1);
        }
    }

    private static String type(Content body) {
        var type = body.mediaType().replaceAll(";.*", "").strip();
        return switch (type) {
            case "application/json", "application/xml" -> type;
            case "text/xml" -> "application/xml";
            default -> "";
        };
    }

    private static String metadataType(Content content) {
        return content.mediaType().matches("[-\\w.]+/[-\\w.+]+") ? content.mediaType() : "application/octet-stream";
    }

    /** The same at each attempt, in the form of a UUID of version 4. */
    private static String part(String delivery, int number) {
        var bytes = UUID.nameUUIDFromBytes((delivery + " " + number).getBytes(StandardCharsets.US_ASCII));
        return new UUID((bytes.getMostSignificantBits() & ~0xF000L) | 0x4000L, bytes.getLeastSignificantBits())
                .toString();
    }

    private static Duration pause(ApiTrouble e) {
        return switch (e.status) {
            case 401, 403, 404 -> e.retryAfter.isZero() ? UNTIL_SOMEBODY_HAS_ACTED : e.retryAfter;
            default -> e.retryAfter.isZero() ? SOON : e.retryAfter;
        };
    }
}
