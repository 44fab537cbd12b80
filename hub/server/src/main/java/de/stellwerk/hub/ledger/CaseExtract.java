package de.stellwerk.hub.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's entries of one case in one municipality, with all that shows without the database that they are in its sealed chain: each
 * entry's hash is a leaf of a seal, and the seals lead one by one to the end of the chain that a signed checkpoint names.
 *
 * @param entries in the order of the chain; only those a checkpoint stands over
 * @param later how many entries of the case are not under a checkpoint yet
 * @param messages what is needed to hold the content against the entries
 */
public record CaseExtract(
        String municipality, String caseId, List<Entry> entries, List<Link> links, int later, List<Message> messages) {

    /** All columns of an entry, as they are hashed. */
    public record Entry(
            long xid,
            long no,
            String at,
            String caseId,
            @Nullable String messageId,
            @Nullable String deliveryId,
            String what,
            String code,
            String detail,
            String actor) {

        byte[] hash(String municipality) {
            return new Hash("stellwerk entry 1")
                    .number(xid)
                    .number(no)
                    .instant(Instant.parse(at))
                    .text(municipality)
                    .text(caseId)
                    .text(messageId)
                    .text(deliveryId)
                    .text(what)
                    .text(code)
                    .text(detail)
                    .text(actor)
                    .value();
        }
    }

    /** @param leaves in hexadecimal digits, like the hashes */
    public record Seal(long seq, long round, int entries, long total, String leaves, String previous, String hash) {

        static Seal of(SealRow row) {
            var hex = HexFormat.of();
            return new Seal(
                    row.seq(),
                    row.round(),
                    row.entries(),
                    row.total(),
                    hex.formatHex(row.leaves()),
                    hex.formatHex(row.previous()),
                    hex.formatHex(row.hash()));
        }

        SealRow row(String municipality) {
            var hex = HexFormat.of();
            return new SealRow(
                    municipality,
                    seq,
                    round,
                    entries,
                    total,
                    hex.parseHex(leaves),
                    hex.parseHex(previous),
                    hex.parseHex(hash));
        }
    }

    /**
     * Seals without gap, the last one named by the checkpoint.
     *
     * @param checkpoint the signed line, a compact JWS
     */
    public record Link(String checkpoint, List<Seal> seals) {}

    /** @param salt of the hashes in the message's entries, in hexadecimal digits; empty once its content is deleted */
    public record Message(String id, String kind, String service, String salt) {}

    /** A part as it is held against the entries. */
    public record Given(int no, boolean original, String mediaType, byte[] sha512) {}

    /**
     * What is wrong with the extract itself; empty if every entry is proved.
     *
     * @param opened gives the payload of a line that the hub has signed
     */
    public List<String> problems(Function<String, Optional<byte[]>> opened) {
        var problems = new ArrayList<String>();
        var proved = new HashSet<ByteBuffer>();
        for (var link : links) {
            try {
                proved.addAll(leaves(link, opened, problems));
            } catch (IllegalArgumentException e) {
                problems.add("a link of the chain cannot be read");
            }
        }
        for (var entry : entries) {
            if (!entry.caseId().equals(caseId)) {
                problems.add("entry " + entry.no() + " is of another case");
            }
            if (!proved.contains(leaf(entry))) {
                problems.add("entry " + entry.no() + " is in no seal under a signed checkpoint");
            }
        }
        return problems;
    }

    private ByteBuffer leaf(Entry entry) {
        return ByteBuffer.allocate(Leaf.LENGTH)
                .putLong(entry.no())
                .put(entry.hash(municipality))
                .flip();
    }

    private List<ByteBuffer> leaves(Link link, Function<String, Optional<byte[]>> opened, List<String> problems) {
        var says = opened.apply(link.checkpoint()).map(Checkpoint::of);
        if (says.isEmpty()) {
            problems.add("a checkpoint was not signed by this hub");
            return List.of();
        }
        var found = new ArrayList<ByteBuffer>();
        Optional<SealRow> before = Optional.empty();
        for (var each : link.seals()) {
            var row = each.row(municipality);
            boolean follows = before.map(
                            last -> last.seq() + 1 == row.seq() && Arrays.equals(last.hash(), row.previous()))
                    .orElse(true);
            if (!follows || !Arrays.equals(row.hash(), row.computed())) {
                problems.add("seal " + row.seq() + " is not as it was made");
                return List.of();
            }
            for (int at = 0; at + Leaf.LENGTH <= row.leaves().length; at += Leaf.LENGTH) {
                found.add(ByteBuffer.wrap(Arrays.copyOfRange(row.leaves(), at, at + Leaf.LENGTH)));
            }
            before = Optional.of(row);
        }
        boolean named = before.isPresent()
                && says.get().municipalities().stream()
                        .anyMatch(chain -> chain.municipality().equals(municipality)
                                && chain.seal() == before(link).seq()
                                && chain.hash().equals(before(link).hash()));
        if (!named) {
            problems.add("the checkpoint does not name the end of the seals before it");
            return List.of();
        }
        return found;
    }

    private static Seal before(Link link) {
        return link.seals().get(link.seals().size() - 1);
    }

    /** Whether the message was taken with exactly these parts: its entry holds a salted hash over them. */
    public boolean taken(Message message, List<Given> parts) {
        var digest = Hash.sha256();
        add(digest, message.kind());
        add(digest, message.service());
        for (var part : parts) {
            if (part.original()) {
                add(digest, part.mediaType());
                digest.update(part.sha512());
            }
        }
        var hash = Digests.salted(HexFormat.of().parseHex(message.salt()), digest.digest());
        return entries.stream()
                .anyMatch(entry -> entry.what().equals("TAKEN")
                        && message.id().equals(entry.messageId())
                        && (entry.detail() + " ").startsWith(message.kind() + " salted-sha256=" + hash + " "));
    }

    /** Whether a receipt is the one that came with the delivery. */
    public boolean received(Message message, Given part) {
        var says = "part " + part.no() + " salted-sha256="
                + Digests.salted(HexFormat.of().parseHex(message.salt()), part.sha512());
        return entries.stream()
                .anyMatch(entry -> entry.what().equals("RECEIPT")
                        && message.id().equals(entry.messageId())
                        && entry.detail().equals(says));
    }

    private static void add(java.security.MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
