package de.stellwerk.hub.gate;

import de.stellwerk.hub.config.Limits;
import java.io.IOException;
import java.io.InputStream;

/**
 * Walks through a ZIP archive from its first byte to its last, and refuses what an unpacker could be hurt by.
 *
 * <p>Format: PKWARE APPNOTE 6.3.10, methods stored and deflated. It is read as a stream and its two descriptions of each
 * entry, before the data and in the directory at the end, must say the same; so overlapping, hidden and appended entries,
 * which two programs would read differently, do not pass.
 */
public final class Archives {

    static final int ENTRIES = 1_000;
    static final int RATIO = 100;
    static final int DEPTH = 2;

    private Archives() {}

    /**
     * Reads the whole archive and the archives in it, writes nothing. Does not close the stream.
     *
     * @param limits {@link Limits#part()} bounds the unpacked size of everything together
     * @throws BadInput {@code archive.path}, {@code archive.ratio}, {@code archive.size}, {@code archive.entries},
     *     {@code archive.encrypted}, {@code archive.malformed} or {@code archive.nested}
     * @throws IOException only when the stream itself fails
     */
    public static void check(InputStream zip, Limits limits) throws BadInput, IOException {
        try {
            new ArchiveWalk(zip, new Budget(limits.part()), 1).run();
        } catch (Refused e) {
            throw e.reason();
        }
    }

    static Refused refused(String code, String what, String next) {
        return new Refused(new BadInput(code, "The archive " + what + " Nothing was unpacked or forwarded. " + next));
    }

    static Refused malformed(String what) {
        return refused("archive.malformed", what, "Pack the files again as a plain ZIP archive.");
    }

    /** Carries a refusal through the streams that lie inside each other. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1;

        private final transient BadInput reason;

        Refused(BadInput reason) {
            super(reason.code());
            this.reason = reason;
        }

        BadInput reason() {
            return reason;
        }
    }

    /** What the archive and everything in it may use up together. */
    static final class Budget {

        /** Below this an archive of zeros hurts nobody; an honest table of zeros is packed better than {@value #RATIO} to 1. */
        private static final long HARMLESS = 1 << 20;

        private final long limit;
        private long packed;
        private long unpacked;
        private int entries;

        Budget(long limit) {
            this.limit = limit;
        }

        void packed(long bytes) {
            packed += bytes;
        }

        void unpacked(long bytes) throws Refused {
            unpacked += bytes;
            if (unpacked > limit)
                throw refused(
                        "archive.size",
                        "unpacks to more than " + limit + " bytes.",
                        "Send the files in several parts.");
            if (unpacked > HARMLESS && unpacked / RATIO > packed)
                throw refused(
                        "archive.ratio",
                        "unpacks to more than " + RATIO + " times its size.",
                        "Send the files unpacked.");
        }

        void entry() throws Refused {
            if (++entries > ENTRIES)
                throw refused(
                        "archive.entries",
                        "has more than " + ENTRIES + " entries.",
                        "Send the files in several parts.");
        }
    }
}
