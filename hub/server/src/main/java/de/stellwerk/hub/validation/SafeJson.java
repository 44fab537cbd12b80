package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON (RFC 8259) within bounds: {@value #LARGEST} bytes, {@value #DEPTH} levels, numbers of {@value #NUMBER} digits that a double
 * can hold, no name twice in an object, and no names by which other programs choose what code to run.
 */
final class SafeJson {

    static final int LARGEST = 4 << 20;
    static final int DEPTH = 64;
    static final int NUMBER = 50;

    private static final Set<String> DANGEROUS = Set.of("__proto__", "constructor", "prototype", "@type", "@class");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .maxNumberLength(NUMBER)
                            .maxDocumentLength(LARGEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SafeJson() {}

    static JsonNode read(Content message) throws BadInput, IOException {
        byte[] bytes;
        try (var in = message.open()) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        return read(bytes);
    }

    static JsonNode read(byte[] bytes) throws BadInput {
        if (bytes.length > LARGEST) throw bad("json.size", "has more than " + LARGEST + " bytes", 0, 0);
        try {
            var tree = MAPPER.readTree(bytes);
            if (!tree.isObject()) throw bad("json.malformed", "is not a JSON object", 1, 1);
            harmless(tree);
            return tree;
        } catch (StreamConstraintsException e) {
            throw at("json.depth", "is nested deeper, or has longer values, than is taken", e);
        } catch (JacksonException e) {
            var twice = String.valueOf(e.getMessage()).contains("uplicate");
            throw at(
                    twice ? "json.duplicate" : "json.malformed",
                    twice ? "names something twice in one object" : "is not well-formed JSON",
                    e);
        }
    }

    private static void harmless(JsonNode node) throws BadInput {
        if (node.isNumber() && !Double.isFinite(node.doubleValue()))
            throw bad("json.number", "has a number that is too large", 0, 0);
        if (node.isObject())
            for (var name : node.propertyNames())
                if (DANGEROUS.contains(name))
                    throw bad("json.name", "has a name that programs give a meaning of their own", 0, 0);
        for (var each : node) harmless(each);
    }

    private static BadInput at(String code, String what, JacksonException e) {
        var at = e.getLocation();
        return bad(
                code,
                what,
                at == null ? 0 : Math.max(0, at.getLineNr()),
                at == null ? 0 : Math.max(0, at.getColumnNr()));
    }

    private static BadInput bad(String code, String what, int line, int column) {
        return new BadInput(
                code,
                "The document " + what + ". Nothing was forwarded. Send it as its schema describes it.",
                line,
                column);
    }
}
