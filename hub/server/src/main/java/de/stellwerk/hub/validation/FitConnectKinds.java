package de.stellwerk.hub.validation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The two documents of FIT-Connect that a receiver must check: the metadata of a submission and security event tokens. */
final class FitConnectKinds {

    private static final Pattern METADATA = Pattern.compile(
            "https://schema\\.fitko\\.de/fit-connect/metadata/(\\d+\\.\\d+\\.\\d+)/metadata\\.schema\\.json");
    private static final Pattern SET = Pattern.compile(
            "https://schema\\.fitko\\.de/fit-connect/set-payload/(\\d+\\.\\d+\\.\\d+)/set-payload\\.schema\\.json");
    private static final Pattern JWT = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]*)");
    private static final String UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    private static final String EVENT = "https://schema.fitko.de/fit-connect/events/";
    private static final Set<String> EVENTS = Stream.of(
                    "create", "submit", "notify", "forward", "reject", "accept", "delete")
            .flatMap(verb -> Stream.of(EVENT + verb + "-submission", EVENT + verb + "-reply"))
            .collect(Collectors.toSet());
    private static final int TOKEN = 64 << 10;

    private FitConnectKinds() {}

    /**
     * Metadata of version 1.0.0; the schema is FITKO's own where it lies in the folder given.
     */
    static MessageKind metadata(Optional<Path> schemas) throws IOException {
        var given = published(schemas);
        return MessageKind.of((message, version) -> {
            var json = SafeJson.read(message);
            var named = METADATA.matcher(json.path("$schema").asString(""));
            var known = !json.has("$schema") ? "1.0.0" : named.matches() ? named.group(1) : "";
            version.is(known);
            if (!known.equals("1.0.0")) throw XmlKinds.unknownVersion("metadata 1.0.0");
            var schema = given.isPresent() ? given.get() : own();
            var errors = schema.validate(json);
            if (!errors.isEmpty()) {
                var all = errors.stream()
                        .limit(10)
                        .map(error -> error.getInstanceLocation() + " " + error.getKeyword())
                        .distinct()
                        .collect(Collectors.joining("; "));
                throw new BadInput(
                        "json.schema",
                        "The metadata does not keep to its schema: " + all
                                + ". Nothing was forwarded. Ask the sender for metadata as the schema describes it.");
            }
            return Outcome.good(
                    known,
                    given.isPresent()
                            ? "Keeps to its schema."
                            : "Keeps to the rules of its version; for the published schema give --schemas.");
        });
    }

    private static Schema own() {
        var in = FitConnectKinds.class.getResourceAsStream("/validation/fit-connect-metadata-1.0.json");
        return registry().getSchema(in);
    }

    private static SchemaRegistry registry() {
        // Nothing is fetched: whatever a schema refers to elsewhere is an error of the schema.
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    }

    private static Optional<Schema> published(Optional<Path> folder) throws IOException {
        if (folder.isEmpty()) return Optional.empty();
        try (var files = Files.walk(folder.get(), 4)) {
            for (var file : files.filter(each -> each.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                var text = Files.readString(file);
                if (text.contains("fit-connect/metadata/1.0.0/metadata.schema.json") && text.contains("\"$id\""))
                    return Optional.of(registry().getSchema(text));
            }
        }
        return Optional.empty();
    }

    /** A security event token (RFC 8417) in the profile of FIT-Connect: PS512 and nothing else, exactly one event. */
    static MessageKind token(TokenKeys keys) {
        return MessageKind.of((message, version) -> {
            var parts = JWT.matcher(text(message));
            if (!parts.matches())
                throw token("jwt.malformed", "is not a signed token of three parts", "Send it as it was issued.");
            var header = part(parts.group(1));
            if (!header.path("alg").asString("").equals("PS512"))
                throw token("jwt.algorithm", "is not signed with PS512", "Ask the sender to sign with PS512.");
            if (!header.path("typ").asString("").equals("secevent+jwt"))
                throw token("jwt.type", "is not a security event token", "Send a token of type secevent+jwt.");
            var kid = header.path("kid").asString("");
            if (kid.isBlank()) throw token("jwt.key", "does not name its key", "Ask the sender to name it as kid.");
            claims(part(parts.group(2)), version);
            if (parts.group(3).isEmpty()) throw token("jwt.signature", "has no signature", "Send it as it was issued.");
            var verified = keys.verify(parts.group(), kid);
            if (verified.isPresent() && !verified.get())
                throw token("jwt.signature", "does not carry a signature of the key it names", "Do not act on it.");
            return Outcome.good(
                    version.name(),
                    verified.isPresent()
                            ? "Structure and signature are right."
                                    + (keys.trusted()
                                            ? ""
                                            : " The key lay beside the token, so nobody knows whose it is.")
                            : "The structure is right. The signature was not checked, the key is not at hand: give it with --key.");
        });
    }

    private static String text(Content message) throws BadInput, IOException {
        try (var in = message.open()) {
            var bytes = in.readNBytes(TOKEN + 1);
            if (bytes.length > TOKEN) throw token("jwt.size", "has more than " + TOKEN + " bytes", "Send a token.");
            return new String(bytes, US_ASCII).strip();
        }
    }

    private static JsonNode part(String base64) throws BadInput {
        try {
            return SafeJson.read(java.util.Base64.getUrlDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw token("jwt.malformed", "is not written in Base64url", "Send it as it was issued.");
        }
    }

    private static void claims(JsonNode claims, MessageKind.Version version) throws BadInput {
        var schema = SET.matcher(claims.path("$schema").asString(""));
        if (!schema.matches()) throw claim("$schema", "does not name the schema of its contents");
        version.is(schema.group(1));
        if (!schema.group(1).startsWith("1.")) throw XmlKinds.unknownVersion("set-payload 1.x");
        if (!claims.path("jti").asString("").matches(UUID)) throw claim("jti", "is not a UUID");
        if (!claims.path("iat").isIntegralNumber() || claims.path("iat").longValue() <= 0)
            throw claim("iat", "is not a time in seconds");
        if (!claims.path("iss").asString("").matches(UUID + "|https://[A-Za-z0-9./_-]+"))
            throw claim("iss", "is neither a destination nor a service");
        if (!claims.path("sub").asString("").matches("(?:submission|reply):" + UUID))
            throw claim("sub", "names neither a submission nor a reply");
        if (!claims.path("txn").asString("").matches("case:" + UUID)) throw claim("txn", "names no case");
        var events = claims.path("events");
        if (!events.isObject() || events.size() != 1) throw claim("events", "does not hold exactly one event");
        var event = events.propertyNames().iterator().next();
        if (!EVENTS.contains(event)) throw claim("events", "holds an event that is not known");
    }

    private static BadInput claim(String claim, String what) {
        return token("jwt.claim", "is not right: " + claim + " " + what, "Ask the sender for a right one.");
    }

    private static BadInput token(String code, String what, String next) {
        return new BadInput(code, "The token " + what + ". Nothing was done upon it. " + next);
    }
}
