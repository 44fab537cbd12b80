package de.stellwerk.hub.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a line outside the database says.
 *
 * @param previous SHA-256 of the line before, empty in the first
 * @param round the newest round, and its hash
 * @param entries how many entries are sealed
 * @param municipalities the ends of the chains that grew since the line before
 */
record Checkpoint(
        int version, String at, String previous, long round, String hash, long entries, List<Chain> municipalities) {

    /** One municipality's newest seal, and how many entries its chain holds. */
    record Chain(String municipality, long seal, String hash, long entries) {

        static Chain of(SealRow.Tip tip) {
            return new Chain(tip.municipality(), tip.seq(), HexFormat.of().formatHex(tip.hash()), tip.total());
        }
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();

    byte[] json() {
        return JSON.writeValueAsBytes(this);
    }

    /** @throws IllegalArgumentException if it is no checkpoint */
    static Checkpoint of(byte[] json) {
        try {
            return JSON.readValue(json, Checkpoint.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a checkpoint", e);
        }
    }

    /** What a compact JWS says, whether its signature holds or not: for the hub's own last line only. */
    static Checkpoint unchecked(String line) {
        var parts = line.split("\\.");
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a compact JWS");
        }
        return of(Base64.getUrlDecoder().decode(parts[1]));
    }

    static byte[] hashOf(String line) {
        return Hash.sha256().digest(line.getBytes(StandardCharsets.US_ASCII));
    }
}
