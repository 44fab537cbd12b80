package de.stellwerk.plugins.fitconnect;

import de.stellwerk.hub.spi.Content;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The metadata of a submission: what a receiver acts upon is checked here (structure, hashes, types, service, exactly one reply channel);
 * fields that are only passed on are left to the route. Written down from the documentation of version 1.0.0; versions 1.x and 2.x
 * differ in fields that are passed on.
 */
record Metadata(Json json) {

    static final String LEIKA = "urn:de:fim:leika:leistung:";

    private static final Pattern VERSION = Pattern.compile(
            "https://schema\\.fitko\\.de/fit-connect/metadata/[12]\\.\\d+\\.\\d+/metadata\\.schema\\.json");
    private static final Pattern URN = Pattern.compile("urn:[a-z0-9][a-z0-9-]{0,31}:[\\x21-\\x7e]{1,220}");
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern MIME = Pattern.compile("[-\\w.]+/[-\\w.+]+");
    private static final Set<String> PURPOSES = Set.of("form", "attachment", "report");
    private static final Set<String> DATA_TYPES = Set.of("application/json", "application/xml");

    static Metadata parse(byte[] bytes) throws Refused {
        try {
            return new Metadata(Json.parse(bytes));
        } catch (ParseException e) {
            throw new Refused(Problem.syntax(Problem.METADATA));
        }
    }

    /** @throws Refused naming everything that is wrong with the structure */
    void check() throws Refused {
        if (json.has("$schema") && !VERSION.matcher(json.text("$schema")).matches()) {
            throw new Refused(Problem.unsupportedSchema(Problem.METADATA));
        }
        var wrong = new ArrayList<String>();
        var structure = json.object("contentStructure");
        if (!(structure.map().get("attachments") instanceof List)) {
            wrong.add("contentStructure.attachments");
        }
        if (structure.has("data")) {
            var data = structure.object("data");
            hash(data, "contentStructure.data.hash", wrong);
            var schema = data.object("submissionSchema");
            if (schema.text("schemaUri").isBlank()) {
                wrong.add("contentStructure.data.submissionSchema.schemaUri");
            }
            if (!DATA_TYPES.contains(schema.text("mimeType"))) {
                wrong.add("contentStructure.data.submissionSchema.mimeType");
            }
        }
        for (var attachment : attachments()) {
            hash(attachment, "attachments.hash", wrong);
            if (!UUID.matcher(attachment.text("attachmentId")).matches()) {
                wrong.add("attachments.attachmentId");
            }
            if (!PURPOSES.contains(attachment.text("purpose"))) {
                wrong.add("attachments.purpose");
            }
            if (!MIME.matcher(attachment.text("mimeType")).matches()) {
                wrong.add("attachments.mimeType");
            }
        }
        if (json.has("publicServiceType") && !URN.matcher(service()).matches()) {
            wrong.add("publicServiceType.identifier");
        }
        if (json.has("replyChannel") && json.object("replyChannel").map().size() != 1) {
            wrong.add("replyChannel");
        }
        if (!wrong.isEmpty()) {
            throw new Refused(Problem.schema(Problem.METADATA, "Nicht nach dem Schema: " + String.join(", ", wrong)));
        }
    }

    private static void hash(Json of, String name, List<String> wrong) {
        var hash = of.object("hash");
        if (!hash.text("type").equals("sha512") || !hash.text("content").matches("[a-f0-9]{128}")) {
            wrong.add(name);
        }
    }

    boolean hasData() {
        return json.object("contentStructure").has("data");
    }

    Json data() {
        return json.object("contentStructure").object("data");
    }

    String schema() {
        return data().object("submissionSchema").text("schemaUri");
    }

    String dataType() {
        return data().object("submissionSchema").text("mimeType");
    }

    List<Json> attachments() {
        return json.object("contentStructure").objects("attachments");
    }

    /** The service's URN, or empty. */
    String service() {
        return json.object("publicServiceType").text("identifier");
    }

    static boolean fits(Json described, byte[] plain) {
        return MessageDigest.isEqual(
                described.object("hash").text("content").getBytes(StandardCharsets.US_ASCII),
                sha512(plain).getBytes(StandardCharsets.US_ASCII));
    }

    static String sha512(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-512", e);
        }
    }

    /** An attachment of a submission that goes out. */
    record Part(String id, Content content, byte[] bytes) {

        Map<String, Object> json() {
            var all = new HashMap<String, Object>(Map.of(
                    "attachmentId",
                    id,
                    "hash",
                    Map.of("type", "sha512", "content", sha512(bytes)),
                    "purpose",
                    "attachment",
                    "mimeType",
                    MIME.matcher(content.mediaType()).matches() ? content.mediaType() : "application/octet-stream"));
            var name = content.name().replaceAll("[\\p{Cntrl}/\\\\]", "_");
            if (!name.isBlank() && name.length() <= 255) {
                all.put("filename", name);
            }
            return all;
        }
    }

    static Metadata of(
            byte[] data, String mimeType, String schema, String service, String reference, List<Part> parts) {
        return new Metadata(new Json(Map.of(
                "$schema",
                "https://schema.fitko.de/fit-connect/metadata/1.0.0/metadata.schema.json",
                "contentStructure",
                Map.of(
                        "data",
                        Map.of(
                                "hash",
                                Map.of("type", "sha512", "content", sha512(data)),
                                "submissionSchema",
                                Map.of("schemaUri", schema, "mimeType", mimeType)),
                        "attachments",
                        parts.stream().map(Part::json).toList()),
                "publicServiceType",
                Map.of("identifier", service),
                "additionalReferenceInfo",
                Map.of("senderReference", reference))));
    }
}
