package de.stellwerk.hub.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.spi.Content;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes receipts: what the hub holds of a message, since when, with the hash of every part, sealed by the hub's own key. */
public final class Receipts {

    private static final Search.Sight ALL = new Search.Sight(true, List.of());

    /** One part as it was handed in; the hash in hexadecimal digits. */
    public record ReceiptPart(String role, String name, String mediaType, long size, String sha512) {}

    /** What is sealed. */
    public record Statement(
            String id, Instant acceptedAt, String municipality, String kind, String caseId, List<ReceiptPart> parts) {}

    /**
     * A statement with its seal.
     *
     * @param seal a JWS in compact form (RFC 7515) whose payload is the statement as JSON
     * @param timeStamp a token (RFC 3161, DER, Base64) over the SHA-256 of the seal's characters, where an authority is configured
     * @param timeStampMissing why it gave none; the receipt counts all the same, and asked for again it may have one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sealed(
            Statement statement,
            String seal,
            @Nullable String timeStamp,
            @Nullable String timeStampMissing) {}

    private final Search search;
    private final Seal seal;
    private final JsonMapper json = JsonMapper.builder().build();

    public Receipts(Search search, Seal seal) {
        this.search = search;
        this.seal = seal;
    }

    /** The receipt of a message; always the same statement. Empty if there is no such message. */
    public Optional<Sealed> of(UUID message) {
        return search.message(ALL, message).map(row -> {
            var parts = search.parts(message).stream()
                    .filter(part -> part.role().equals("body") || part.role().equals("attachment"))
                    .map(part ->
                            new ReceiptPart(part.role(), part.name(), part.mediaType(), part.size(), part.sha512()))
                    .toList();
            var statement =
                    new Statement(row.id(), row.acceptedAt(), row.municipality(), row.kind(), row.caseId(), parts);
            var sealed = seal.seal(json.writeValueAsBytes(statement));
            var stamp = seal.stamp(sealed);
            return new Sealed(
                    statement,
                    sealed,
                    stamp.map(Seal.Stamp::token).orElse(null),
                    stamp.map(Seal.Stamp::missing).orElse(null));
        });
    }

    /** What was handed in, the body first. */
    public static List<ReceiptPart> parts(List<Part> parts) {
        var named = new ArrayList<ReceiptPart>();
        for (var part : parts) {
            named.add(new ReceiptPart(
                    named.isEmpty() ? "body" : "attachment",
                    part.name(),
                    part.mediaType(),
                    part.size(),
                    HexFormat.of().formatHex(part.sha512())));
        }
        return named;
    }

    /** The same as a JSON document that can be sent on. */
    public Content document(UUID message) {
        var sealed = of(message).orElseThrow(() -> new IllegalArgumentException("no such message"));
        return Content.of("quittung.json", "application/json", json.writeValueAsBytes(sealed));
    }
}
