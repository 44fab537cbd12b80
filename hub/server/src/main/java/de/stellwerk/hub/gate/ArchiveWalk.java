package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One archive, read once from front to back: entries, then the directory, then the end record, then nothing. */
final class ArchiveWalk {

    private static final int ENTRY = 0x04034b50;
    private static final int DIRECTORY = 0x02014b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int END = 0x06054b50;
    private static final int DESCRIPTOR = 0x08074b50;

    private static final long IN_EXTRA = 0xffff_ffffL;
    private static final int NAME = 1_000;

    private final Bytes in;
    private final Archives.Budget budget;
    private final int depth;
    private final Map<Long, Entry> pending = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private long directoryStart = -1;
    private long directoryEnd;
    private int listed;

    /** What was really there: compared with what the directory says. */
    private record Entry(String name, int method, long crc, long packed, long unpacked) {}

    ArchiveWalk(InputStream zip, Archives.Budget budget, int depth) {
        this.in = new Bytes(zip, budget, depth == 1);
        this.budget = budget;
        this.depth = depth;
    }

    void run() throws IOException {
        while (true) {
            var start = in.position();
            switch (in.int32()) {
                case ENTRY -> entry(start);
                case DIRECTORY -> listed(start);
                case END64 -> {
                    var length = in.int64();
                    if (length < 0 || length > 4_096) throw Archives.malformed("has a damaged end.");
                    in.take((int) length);
                }
                case LOCATOR64 -> in.take(16);
                case END -> {
                    end(start);
                    return;
                }
                default ->
                    throw Archives.malformed("is damaged, or something else stands before or between its entries.");
            }
        }
    }

    private void entry(long start) throws IOException {
        if (directoryStart >= 0) throw Archives.malformed("has entries behind its directory.");
        budget.entry();
        var head = in.take(26);
        var flags = head.getShort(2);
        var method = head.getShort(4) & 0xffff;
        refuseEncrypted(flags, method);
        var name = name(in.take(head.getShort(22) & 0xffff), flags);
        var extra = in.take(head.getShort(24) & 0xffff);
        refusePath(name);
        refuseOtherName(extra);
        if (!names.add(Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT)))
            throw Archives.malformed("has two entries of the same name.");
        var sizes = Wide.of(extra, IN_EXTRA, unsigned(head, 18), unsigned(head, 14));
        var descriptor = (flags & 8) != 0;
        var data =
                switch (method) {
                    case 0 -> new Data(in, budget, Optional.of(sizes.second()));
                    case 8 -> new Data(in, budget, Optional.empty());
                    default -> throw Archives.malformed("is packed by a method other than deflate.");
                };
        try (data) {
            look(data);
            if (descriptor) {
                var crc = in.int32();
                if (crc == DESCRIPTOR) crc = in.int32();
                var packed = sizes.wide() ? in.int64() : in.int32() & 0xffff_ffffL;
                var unpacked = sizes.wide() ? in.int64() : in.int32() & 0xffff_ffffL;
                data.mustBe(crc & 0xffff_ffffL, packed, unpacked);
            } else {
                data.mustBe(unsigned(head, 10), sizes.second(), sizes.first());
            }
            pending.put(start, new Entry(name, method, data.crc(), data.packed(), data.unpacked()));
        }
    }

    /** Reads the entry to its end, as an archive where it is one. */
    private void look(Data data) throws IOException {
        var content = new BufferedInputStream(data);
        content.mark(4);
        var first = content.readNBytes(4);
        content.reset();
        if (Arrays.equals(first, new byte[] {'P', 'K', 3, 4})) {
            if (depth == Archives.DEPTH)
                throw Archives.refused(
                        "archive.nested",
                        "holds archives inside archives, more than " + Archives.DEPTH + " deep.",
                        "Send the files in one plain archive.");
            new ArchiveWalk(content, budget, depth + 1).run();
        }
        content.transferTo(OutputStream.nullOutputStream());
    }

    private void listed(long start) throws IOException {
        if (directoryStart < 0) directoryStart = start;
        var head = in.take(42);
        var flags = head.getShort(4);
        var method = head.getShort(6) & 0xffff;
        refuseEncrypted(flags, method);
        var name = name(in.take(head.getShort(24) & 0xffff), flags);
        var extra = in.take(head.getShort(26) & 0xffff);
        in.take(head.getShort(28) & 0xffff);
        refuseOtherName(extra);
        // The upper half is the Unix mode, whatever system the archive says it comes from; 0 where there is none.
        var type = head.getInt(34) >>> 28;
        if (type != 0 && type != 8 && type != 4) throw path("a link or a device");
        var sizes = Wide.of(extra, IN_EXTRA, unsigned(head, 20), unsigned(head, 16), unsigned(head, 38));
        var entry = pending.remove(sizes.third());
        var said = new Entry(name, method, unsigned(head, 12), sizes.second(), sizes.first());
        if (entry == null || !entry.equals(said))
            throw Archives.malformed("says different things about the same entry.");
        listed++;
        directoryEnd = in.position();
    }

    private void end(long start) throws IOException {
        var head = in.take(18);
        in.take(head.getShort(16) & 0xffff);
        var count = head.getShort(6) & 0xffff;
        var size = unsigned(head, 8);
        var offset = unsigned(head, 12);
        var first = directoryStart < 0 ? start : directoryStart;
        var length = directoryStart < 0 ? 0 : directoryEnd - directoryStart;
        var fits = pending.isEmpty()
                && (count == listed || count == 0xffff)
                && (size == length || size == IN_EXTRA)
                && (offset == first || offset == IN_EXTRA);
        if (!fits) throw Archives.malformed("has a directory that does not fit its entries.");
        if (!in.atEnd()) throw Archives.malformed("has something appended behind its end.");
    }

    private static void refuseEncrypted(short flags, int method) throws Archives.Refused {
        if ((flags & 0x2041) != 0 || method == 99)
            throw Archives.refused(
                    "archive.encrypted",
                    "is encrypted, so nobody can check what is in it.",
                    "Send it without a password; the transport is encrypted.");
    }

    private static void refusePath(String name) throws Archives.Refused {
        if (name.isEmpty()
                || name.indexOf('\\') >= 0
                || FileNames.isPath(name)
                || name.codePoints().anyMatch(Hidden::isHidden)) throw path("an entry whose name leads elsewhere");
    }

    private static Archives.Refused path(String what) {
        return Archives.refused("archive.path", "holds " + what + ".", "Pack plain files with relative names.");
    }

    /** An extra field (0x7075) may give an entry a second name that some unpackers prefer. */
    private static void refuseOtherName(ByteBuffer extra) throws Archives.Refused {
        var second = field(extra, 0x7075);
        if (second.isPresent() && second.get().length > 5)
            refusePath(new String(second.get(), 5, second.get().length - 5, UTF_8));
    }

    private static String name(ByteBuffer bytes, short flags) throws Archives.Refused {
        if (bytes.remaining() > NAME) throw path("an entry with an endless name");
        try {
            if ((flags & 0x800) != 0) return UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw path("an entry whose name is not the UTF-8 it says");
        }
        // Some DOS code page: which letter it is does not matter here, only that it is one, and the same one each time.
        var name = new StringBuilder();
        for (var c : ISO_8859_1.decode(bytes).toString().toCharArray()) name.append(c < 0x80 ? c : (char) (c + 0xe000));
        return name.toString();
    }

    private static long unsigned(ByteBuffer head, int offset) {
        return head.getInt(offset) & 0xffff_ffffL;
    }

    private static Optional<byte[]> field(ByteBuffer extra, int id) throws Archives.Refused {
        var fields = extra.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Optional<byte[]> found = Optional.empty();
        while (fields.remaining() >= 4) {
            var here = fields.getShort() & 0xffff;
            var length = fields.getShort() & 0xffff;
            if (length > fields.remaining()) throw Archives.malformed("has a damaged extra field.");
            var bytes = new byte[length];
            fields.get(bytes);
            if (here == id) found = Optional.of(bytes);
        }
        return found;
    }

    /** Sizes and offsets, taken from the extra field (0x0001) where the four bytes in the header are all ones. */
    private record Wide(boolean wide, long first, long second, long third) {

        static Wide of(ByteBuffer extra, long inExtra, long... values) throws Archives.Refused {
            var field = field(extra, 1);
            var more = ByteBuffer.wrap(field.orElse(new byte[0])).order(ByteOrder.LITTLE_ENDIAN);
            for (var i = 0; i < values.length; i++) {
                if (values[i] != inExtra) continue;
                if (more.remaining() < 8) throw Archives.malformed("has a size that is not there.");
                values[i] = more.getLong();
            }
            return new Wide(field.isPresent(), values[0], values[1], values.length > 2 ? values[2] : 0);
        }
    }

    /** The archive's bytes with a position; running out of them is a cut-off archive. */
    private static final class Bytes {

        private final InputStream in;
        private final Archives.Budget budget;
        private final boolean outermost;
        private final byte[] buffer = new byte[8_192];
        private int next;
        private int end;
        private long before;

        Bytes(InputStream in, Archives.Budget budget, boolean outermost) {
            this.in = in;
            this.budget = budget;
            this.outermost = outermost;
        }

        long position() {
            return before + next;
        }

        boolean atEnd() throws IOException {
            if (next < end) return false;
            before += end;
            next = 0;
            end = Math.max(0, in.read(buffer, 0, buffer.length));
            if (outermost) budget.packed(end);
            return end == 0;
        }

        private void need() throws IOException {
            if (atEnd()) throw Archives.malformed("is cut off.");
        }

        ByteBuffer take(int length) throws IOException {
            var bytes = new byte[length];
            for (var got = 0; got < length; ) got += some(bytes, got, length - got);
            return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        int some(byte[] target, int offset, int length) throws IOException {
            need();
            var got = Math.min(length, end - next);
            System.arraycopy(buffer, next, target, offset, got);
            next += got;
            return got;
        }

        int int32() throws IOException {
            return take(4).getInt();
        }

        long int64() throws IOException {
            return take(8).getLong();
        }

        void feed(Inflater inflater) throws IOException {
            need();
            inflater.setInput(buffer, next, end - next);
            next = end;
        }

        void giveBack(int bytes) {
            next -= bytes;
        }
    }

    /** The unpacked bytes of one entry, counted. */
    private static final class Data extends InputStream {

        private final Bytes in;
        private final Archives.Budget budget;
        private final Optional<Long> stored;
        private final Inflater inflater = new Inflater(true);
        private final CRC32 crc = new CRC32();
        private long packed;
        private long unpacked;

        Data(Bytes in, Archives.Budget budget, Optional<Long> stored) {
            this.in = in;
            this.budget = budget;
            this.stored = stored;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) return 0;
            var got = stored.isPresent() ? copied(target, offset, length) : inflated(target, offset, length);
            if (got < 0) return -1;
            crc.update(target, offset, got);
            unpacked += got;
            budget.unpacked(got);
            return got;
        }

        private int copied(byte[] target, int offset, int length) throws IOException {
            var left = stored.orElseThrow() - packed;
            if (left <= 0) return -1;
            var got = in.some(target, offset, (int) Math.min(left, length));
            packed += got;
            return got;
        }

        private int inflated(byte[] target, int offset, int length) throws IOException {
            try {
                while (!inflater.finished()) {
                    var got = inflater.inflate(target, offset, length);
                    if (got > 0) return got;
                    if (inflater.needsDictionary()) throw Archives.malformed("is damaged.");
                    if (inflater.needsInput() && !inflater.finished()) in.feed(inflater);
                }
                in.giveBack(inflater.getRemaining());
                inflater.setInput(new byte[0]);
                packed = inflater.getBytesRead();
                return -1;
            } catch (DataFormatException e) {
                throw Archives.malformed("is damaged.");
            }
        }

        void mustBe(long saidCrc, long saidPacked, long saidUnpacked) throws Archives.Refused {
            if (saidCrc != crc.getValue() || saidPacked != packed || saidUnpacked != unpacked)
                throw Archives.malformed("is damaged: an entry is not what its header says.");
        }

        long crc() {
            return crc.getValue();
        }

        long packed() {
            return packed;
        }

        long unpacked() {
            return unpacked;
        }

        @Override
        public void close() {
            inflater.end();
        }
    }
}
