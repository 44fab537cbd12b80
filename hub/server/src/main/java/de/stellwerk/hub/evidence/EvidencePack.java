package de.stellwerk.hub.evidence;

import de.stellwerk.hub.ledger.CaseExtract;
import java.util.List;

/**
 * What stands in {@code evidence.json} of a pack.
 *
 * @param version of this form
 * @param files all other files of the pack
 */
record EvidencePack(int version, String madeAt, CaseExtract ledger, List<PackedFile> files) {

    static final String INDEX = "evidence.json";

    /**
     * A part of a message, unchanged.
     *
     * @param path in the container; ASCII, since not every unpacker takes more
     * @param name as it came
     * @param role body, attachment, derived, report or receipt
     */
    record PackedFile(
            String path,
            String messageId,
            int no,
            String role,
            String name,
            String mediaType,
            long size,
            String sha512) {

        boolean original() {
            return role.equals("body") || role.equals("attachment");
        }
    }
}
