package de.stellwerk.hub.security;

import de.stellwerk.hub.ledger.ApiKeys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Makes, checks and revokes API keys of the form {@code hub_<id>_<secret>}. The secret half has 256 random bits, so that a plain hash
 * of it is enough. A revoked key works for two seconds more at most.
 */
public final class Keys {

    private static final Duration REMEMBERED = Duration.ofSeconds(2);
    private static final int MOST_REMEMBERED = 10_000;

    private record Remembered(Caller caller, Instant until) {}

    private final ApiKeys keys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Remembered> remembered = new ConcurrentHashMap<>();

    public Keys(ApiKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** A new key, and its text. */
    private record Fresh(ApiKeys.ApiKey key, String secret) {

        String text() {
            return "hub_" + key.id() + "_" + secret;
        }
    }

    /** Makes a key and returns its text, which is never shown again. */
    public String create(String name, Set<String> municipalities, Set<Right> rights, String actor) {
        var fresh = fresh(name, municipalities, rights);
        keys.add(fresh.key(), hash(fresh.secret()), actor);
        return fresh.text();
    }

    private Fresh fresh(String name, Set<String> municipalities, Set<Right> rights) {
        var key = new ApiKeys.ApiKey(
                HexFormat.of().formatHex(bytes(6)),
                name,
                municipalities,
                rights.stream().map(Right::word).collect(Collectors.toSet()),
                clock.instant(),
                null);
        return new Fresh(key, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(32)));
    }

    /**
     * At the very first start: a key that may do everything, written to a file only its owner can read. Of several nodes that start at
     * once one makes it. The file comes first, so that a crash in between cannot leave a key that nobody knows.
     */
    public void createFirst(Path file) throws IOException {
        if (keys.all().isEmpty()) {
            var fresh = fresh("first", Set.of("*"), EnumSet.allOf(Right.class));
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            // Shown only here: after a power cut the file must hold what the database knows.
            try (var written = FileChannel.open(file, StandardOpenOption.WRITE)) {
                var bytes = StandardCharsets.UTF_8.encode(fresh.text() + "\n");
                while (bytes.hasRemaining()) {
                    written.write(bytes);
                }
                written.force(true);
            }
            try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
            if (!keys.addFirst(fresh.key(), hash(fresh.secret()), "hub")) {
                Files.delete(file);
            }
        }
    }

    /** Who has this key; empty if nobody has. */
    public Optional<Caller> caller(String text) {
        var halves = text.split("_", 3);
        if (halves.length != 3 || !halves[0].equals("hub") || text.length() > 200) {
            return Optional.empty();
        }
        var memory = HexFormat.of().formatHex(hash(text));
        var before = remembered.get(memory);
        if (before != null && clock.instant().isBefore(before.until())) {
            return Optional.of(before.caller());
        }
        var caller = keys.find(halves[1])
                .filter(known -> MessageDigest.isEqual(known.hash(), hash(halves[2])))
                .map(known -> new Caller(
                        known.key().id(),
                        known.key().name(),
                        known.key().municipalities(),
                        known.key().may().stream().map(Right::of).collect(Collectors.toUnmodifiableSet())));
        if (remembered.size() > MOST_REMEMBERED) {
            remembered.clear();
        }
        caller.ifPresentOrElse(
                found -> remembered.put(
                        memory, new Remembered(found, clock.instant().plus(REMEMBERED))),
                () -> remembered.remove(memory));
        return caller;
    }

    public List<ApiKeys.ApiKey> all() {
        return keys.all();
    }

    /** False if there was nothing to revoke. */
    public boolean revoke(String id, String actor) {
        return keys.revoke(id, actor);
    }

    private byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
