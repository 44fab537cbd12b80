package de.stellwerk.hub.evidence;

import de.stellwerk.hub.evidence.EvidencePack.PackedFile;
import de.stellwerk.hub.ledger.CaseExtract;
import de.stellwerk.hub.signature.Seal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks an evidence pack with nothing but the certificate of the hub's seal: the container's signature and that it covers every file,
 * each file's hash, the entries' way through the chain to a signed checkpoint, and the content against the entries.
 */
public final class EvidenceCheck {

    /**
     * @param problems what is wrong, in plain words; empty if the pack proves all it says
     * @param entries how many ledger entries are proved
     * @param later how many entries of the case came after the last checkpoint and are not in the pack
     */
    public record Result(List<String> problems, String caseId, int messages, int files, int entries, int later) {}

    private EvidenceCheck() {}

    /** @param certificatePem of the hub's seal, from somebody who is trusted, not from who gave the pack */
    public static Result check(byte[] container, String certificatePem, Clock clock) {
        var problems = new ArrayList<String>();
        var opened = Seal.opened(container, certificatePem, clock);
        if (opened.isEmpty()) {
            return new Result(
                    List.of(
                            "the container was changed, holds a file that is not sealed, or was not sealed by this hub"),
                    "",
                    0,
                    0,
                    0,
                    0);
        }
        var files = opened.get();
        var index = files.get(EvidencePack.INDEX);
        if (index == null) {
            return new Result(List.of("there is no " + EvidencePack.INDEX), "", 0, 0, 0, 0);
        }
        EvidencePack pack;
        try {
            pack = JsonMapper.builder().build().readValue(index, EvidencePack.class);
        } catch (JacksonException e) {
            return new Result(List.of(EvidencePack.INDEX + " cannot be read"), "", 0, 0, 0, 0);
        }
        if (pack.version() != 1) {
            problems.add("the form of the pack is not known: version " + pack.version());
        }
        files(pack, files, problems);
        problems.addAll(pack.ledger().problems(line -> Seal.opened(line, certificatePem)));
        for (var message : pack.ledger().messages()) {
            message(pack, message, problems);
        }
        return new Result(
                List.copyOf(problems),
                pack.ledger().caseId(),
                pack.ledger().messages().size(),
                pack.files().size(),
                pack.ledger().entries().size(),
                pack.ledger().later());
    }

    private static void files(EvidencePack pack, Map<String, byte[]> files, List<String> problems) {
        var left = new TreeMap<>(files);
        left.remove(EvidencePack.INDEX);
        for (var file : pack.files()) {
            var bytes = left.remove(file.path());
            if (bytes == null) {
                problems.add(file.path() + " is missing");
            } else if (!HexFormat.of().formatHex(sha512(bytes)).equals(file.sha512())) {
                problems.add(file.path() + " is not what was listed");
            }
        }
        left.keySet().forEach(path -> problems.add(path + " is not listed"));
    }

    private static void message(EvidencePack pack, CaseExtract.Message message, List<String> problems) {
        var parts = pack.files().stream()
                .filter(file -> file.messageId().equals(message.id()))
                .toList();
        if (!pack.ledger()
                .taken(message, parts.stream().map(EvidenceCheck::given).toList())) {
            problems.add("the content of message " + message.id() + " is not what the ledger says was taken");
        }
        for (var part : parts) {
            if (part.role().equals("receipt") && !pack.ledger().received(message, given(part))) {
                problems.add(part.path() + " is not the receipt that the ledger names");
            }
        }
    }

    private static CaseExtract.Given given(PackedFile file) {
        return new CaseExtract.Given(
                file.no(), file.original(), file.mediaType(), HexFormat.of().parseHex(file.sha512()));
    }

    private static byte[] sha512(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-512").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
