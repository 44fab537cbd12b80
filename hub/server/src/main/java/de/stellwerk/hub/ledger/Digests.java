package de.stellwerk.hub.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;

/** Tells a duplicate from a conflict: a digest over kind, names, types and the hashes of all parts. */
final class Digests {

    static final NewMessage.Reason CONFLICT = new NewMessage.Reason(
            "message.conflict",
            "a message with this id and other content was taken before; both are held, only the first one goes on");

    private Digests() {}

    static byte[] of(NewMessage message) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            add(digest, message.kind());
            add(digest, message.service());
            for (var part : message.parts()) {
                add(digest, part.mediaType());
                digest.update(part.sha512());
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Of what is around the content: who sent it under which id, what it answers, and its headers. */
    static byte[] envelope(NewMessage message, String businessId) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            add(digest, message.source());
            add(digest, businessId);
            add(digest, message.answers().map(NewMessage.Answer::reference).orElse(""));
            var headers = new TreeMap<byte[], String>(Arrays::compareUnsigned);
            message.headers().forEach((name, value) -> headers.put(name.getBytes(StandardCharsets.UTF_8), value));
            headers.forEach((name, value) -> {
                digest.update(name);
                digest.update((byte) 0);
                add(digest, value);
            });
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What an entry holds of the content: nobody can guess a small form from it once the salt is gone. */
    static String salted(byte[] salt, byte[] digest) {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            hash.update(salt);
            return HexFormat.of().formatHex(hash.digest(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The id under which a conflicting message is held: the same conflict again finds itself. */
    static String conflictId(NewMessage message, byte[] digest) {
        return message.businessId() + " conflict " + HexFormat.of().formatHex(digest, 0, 16);
    }

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
