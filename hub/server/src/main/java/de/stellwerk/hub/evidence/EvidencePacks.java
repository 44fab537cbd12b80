package de.stellwerk.hub.evidence;

import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.evidence.EvidencePack.PackedFile;
import de.stellwerk.hub.ledger.CaseExtract;
import de.stellwerk.hub.ledger.CaseExtracts;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes evidence packs: an ASiC-E container (ETSI EN 319 162-1) with every part of every message of a case, receipts and verification
 * reports among them, unchanged, and the ledger's entries with their proof, sealed by the hub.
 */
public final class EvidencePacks {

    /** The verifier takes no larger container. */
    private static final long LARGEST = 48 << 20;

    private final Search search;
    private final ContentStore contents;
    private final CaseExtracts extracts;
    private final Seal seal;
    private final Clock clock;
    private final JsonMapper json = JsonMapper.builder().build();

    public EvidencePacks(Search search, ContentStore contents, CaseExtracts extracts, Seal seal, Clock clock) {
        this.search = search;
        this.contents = contents;
        this.extracts = extracts;
        this.seal = seal;
        this.clock = clock;
    }

    /** Why there is no pack; nothing was changed. */
    public static final class NotNow extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;

        NotNow(String code, String text) {
            super(text);
            this.code = code;
        }

        /** {@code evidence.none}, {@code evidence.not-yet} or {@code evidence.size} */
        public String code() {
            return code;
        }

        public String text() {
            return String.valueOf(getMessage());
        }
    }

    /** @throws NotNow if there is no such case, if its messages are not under a checkpoint yet, or if it is too large */
    public Seal.Container of(String municipality, String caseId) throws NotNow, IOException {
        var extract = extracts.of(municipality, caseId);
        if (extract.messages().isEmpty()) {
            throw new NotNow("evidence.none", "There is no message of this case in this municipality.");
        }
        for (var message : extract.messages()) {
            if (extract.entries().stream()
                    .noneMatch(
                            each -> each.what().equals("TAKEN") && message.id().equals(each.messageId()))) {
                throw new NotNow(
                        "evidence.not-yet",
                        "A message of this case is not under a signed checkpoint yet. Nothing is lost. Ask again in two minutes.");
            }
        }
        var files = new ArrayList<PackedFile>();
        var packed = new ArrayList<Content>();
        long left = LARGEST;
        for (var message : extract.messages()) {
            left = add(extract, message, left, files, packed);
        }
        var index = json.writeValueAsBytes(new EvidencePack(1, clock.instant().toString(), extract, files));
        packed.add(0, Content.of(EvidencePack.INDEX, "application/json", index));
        return seal.container(packed);
    }

    private long add(
            CaseExtract extract,
            CaseExtract.Message message,
            long left,
            ArrayList<PackedFile> files,
            ArrayList<Content> packed)
            throws NotNow, IOException {
        var id = UUID.fromString(message.id());
        long rest = left;
        for (var row : search.parts(id)) {
            var given = new CaseExtract.Given(
                    row.no(), false, row.mediaType(), HexFormat.of().parseHex(row.sha512()));
            if (row.role().equals("receipt") && !extract.received(message, given)) {
                continue; // its entry is one of the later ones
            }
            rest -= row.size();
            if (rest < 0) {
                throw new NotNow(
                        "evidence.size",
                        "The case has more than " + LARGEST
                                + " bytes of content. Nothing is lost. Read its parts one by one, and its ledger entries beside them.");
            }
            var part = search.part(id, row.no()).orElseThrow();
            var path = "messages/" + message.id() + "/" + row.no() + "-" + row.role();
            try (var in = contents.open(part).open()) {
                packed.add(Content.of(path, row.mediaType(), in.readAllBytes()));
            }
            files.add(new PackedFile(
                    path, message.id(), row.no(), row.role(), row.name(), row.mediaType(), row.size(), row.sha512()));
        }
        return rest;
    }
}
