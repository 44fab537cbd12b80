package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.TestZip.Entry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;

class ArchivesTest {

    private static final byte[] TEXT = "some text".getBytes(UTF_8);

    @Test
    void ordinaryArchivesPass() throws Exception {
        assertThat(code(new TestZip()
                        .add("a.txt", TEXT)
                        .add("folder/b.pdf", TEXT)
                        .bytes()))
                .isEqualTo("passed");
        assertThat(code(new TestZip().bytes())).isEqualTo("passed");
        assertThat(code(new TestZip().add(Entry.of("stored", TEXT).method(0)).bytes()))
                .isEqualTo("passed");
        assertThat(code(new TestZip()
                        .add("empty", new byte[0])
                        .add("größe/Budyšin..txt", TEXT)
                        .bytes()))
                .isEqualTo("passed");
        var dos = Entry.of("", TEXT).named("M\u00fcller.txt".getBytes(Charset.forName("IBM850")));
        assertThat(code(new TestZip().add(dos).bytes())).isEqualTo("passed");
    }

    @Test
    void archivesOfOtherWritersPass() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("folder/"));
            zip.putNextEntry(new ZipEntry("folder/noise"));
            zip.write(noise(300_000));
            zip.putNextEntry(new ZipEntry("empty"));
            zip.setComment("a comment");
        }
        assertThat(code(out.toByteArray())).isEqualTo("passed");
        for (var mode : Zip64Mode.values()) {
            var large = new ByteArrayOutputStream();
            try (var zip = new ZipArchiveOutputStream(large)) {
                zip.setUseZip64(mode);
                zip.putArchiveEntry(new ZipArchiveEntry("noise"));
                zip.write(noise(100_000));
                zip.closeArchiveEntry();
                zip.putArchiveEntry(new ZipArchiveEntry("text"));
                zip.write(TEXT);
                zip.closeArchiveEntry();
            }
            assertThat(code(large.toByteArray())).as(mode.name()).isEqualTo("passed");
        }
    }

    @Test
    void namesThatLeadElsewhereAreRefused() throws Exception {
        for (var name : List.of(
                "../x",
                "a/../../x",
                "..",
                "/etc/passwd",
                "\\x",
                "..\\x",
                "a\\b",
                "C:/x",
                "C:x",
                "c:\\x",
                "%2e%2e/x",
                "%2e%2e%2fx",
                "‥/x",
                "a\u0000b",
                "a\nb",
                "a\u202eb",
                "",
                "~/x",
                "x".repeat(2_000)))
            assertThat(code(new TestZip().add(name, TEXT).bytes())).as(name).isEqualTo("archive.path");
        var second = extra(0x7075, concat(new byte[5], "../x".getBytes(UTF_8)));
        assertThat(code(new TestZip().add(Entry.of("x", TEXT).extra(second)).bytes()))
                .isEqualTo("archive.path");
        assertThat(code(new TestZip()
                        .add(Entry.of("x", TEXT).named(new byte[] {(byte) 0xff}).flags(0x800))
                        .bytes()))
                .isEqualTo("archive.path");
    }

    @Test
    void linksAndDevicesAreRefused() throws Exception {
        for (var mode : List.of(0xa1ff, 0x11ff, 0x21ff, 0x61ff, 0xc1ff))
            assertThat(code(new TestZip().add(Entry.of("x", TEXT).mode(mode)).bytes()))
                    .isEqualTo("archive.path");
        assertThat(code(new TestZip().add(Entry.of("x", TEXT).mode(0)).bytes())).isEqualTo("passed");
    }

    @Test
    void anEncryptedArchiveIsRefused() throws Exception {
        for (var flag : List.of(0x801, 0x840, 0x2800))
            assertThat(code(new TestZip().add(Entry.of("x", TEXT).flags(flag)).bytes()))
                    .isEqualTo("archive.encrypted");
        assertThat(code(new TestZip().add(Entry.of("x", TEXT).method(99)).bytes()))
                .isEqualTo("archive.encrypted");
    }

    @Test
    void tooManyEntriesAreRefused() throws Exception {
        assertThat(code(entries(Archives.ENTRIES))).isEqualTo("passed");
        assertThat(code(entries(Archives.ENTRIES + 1))).isEqualTo("archive.entries");
        assertThat(code(entries(100_000))).isEqualTo("archive.entries");
        var spread = new TestZip();
        for (var i = 0; i < 11; i++) spread.add("z" + i, entries(100));
        assertThat(code(spread.bytes())).isEqualTo("archive.entries");
    }

    @Test
    void bombsAreRefusedLongBeforeTheyAreUnpacked() throws Exception {
        var bomb = new TestZip().add("zeros", new byte[100 << 20]).bytes();
        assertThat(bomb.length).isLessThan(200_000);
        assertThat(code(bomb)).isEqualTo("archive.ratio");
        // Like 42.zip: each level holds the one below sixteen times.
        var below = new TestZip().add("zeros", new byte[10 << 20]).bytes();
        var nested = new TestZip();
        for (var i = 0; i < 16; i++) nested.add("lib" + i + ".zip", below);
        assertThat(code(nested.bytes())).isEqualTo("archive.ratio");
        var many = new TestZip();
        for (var i = 0; i < 900; i++) many.add("f" + i, new byte[100_000]);
        assertThat(code(many.bytes())).isEqualTo("archive.ratio");
        var stored = new TestZip().add(Entry.of("inner.zip", bomb).method(0)).bytes();
        assertThat(code(stored)).isEqualTo("archive.ratio");
    }

    @Test
    void theUnpackedSizeOfEverythingTogetherIsBounded() throws Exception {
        var archive =
                new TestZip().add("a", noise(60_000)).add("b", noise(60_000)).bytes();
        assertThat(code(archive)).isEqualTo("passed");
        assertThat(code(new ByteArrayInputStream(archive), new Limits(100_000, 1, 1, 1)))
                .isEqualTo("archive.size");
    }

    @Test
    void anArchiveMayHoldAnArchiveButNoMore() throws Exception {
        var one = new TestZip().add("a", TEXT).bytes();
        var two = new TestZip().add("one.zip", one).bytes();
        var three = new TestZip().add("two.zip", two).bytes();
        assertThat(code(two)).isEqualTo("passed");
        assertThat(code(three)).isEqualTo("archive.nested");
        assertThat(code(new TestZip()
                        .add("inner", new TestZip().add("../x", TEXT).bytes())
                        .bytes()))
                .isEqualTo("archive.path");
    }

    @Test
    void entriesOfTheSameNameAreRefused() throws Exception {
        assertThat(code(new TestZip().add("a", TEXT).add("a", TEXT).bytes())).isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add("A", TEXT).add("a", TEXT).bytes())).isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add("M\u00fc", TEXT).add("Mu\u0308", TEXT).bytes()))
                .isEqualTo("archive.malformed");
    }

    @Test
    void anArchiveThatTwoProgramsWouldReadDifferentlyIsRefused() throws Exception {
        var good = new TestZip().add("a", TEXT).add("b", TEXT);
        assertThat(code(concat(good.bytes(), TEXT))).isEqualTo("archive.malformed");
        assertThat(code(concat(TEXT, good.bytes()))).isEqualTo("archive.malformed");
        assertThat(code(concat(good.bytes(), good.bytes()))).isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add("a", TEXT).listLastAgain().bytes())).isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add("a", TEXT).add("b", TEXT).hideLast().bytes()))
                .isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add(Entry.of("a", TEXT).listedAs("b")).bytes()))
                .isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add(Entry.of("a", TEXT).wrongCrc()).bytes()))
                .isEqualTo("archive.malformed");
        assertThat(code(new TestZip().add(Entry.of("a", TEXT).method(12)).bytes()))
                .isEqualTo("archive.malformed");
        assertThat(code(TEXT)).isEqualTo("archive.malformed");
        assertThat(code(new byte[0])).isEqualTo("archive.malformed");
    }

    @Test
    void whatIsCutOffOrDamagedIsRefusedWhereverItIs() throws Exception {
        var archive = new TestZip().add("a", noise(500)).add("b", new byte[500]).bytes();
        for (var length = 0; length < archive.length; length++)
            assertThat(code(Arrays.copyOf(archive, length))).as("" + length).isEqualTo("archive.malformed");
        var random = new Random(42);
        for (var i = 0; i < 2_000; i++) {
            var damaged = archive.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            // A bit of a date harms nobody; whatever else happens, it is an answer and not a crash.
            assertThat(code(damaged)).satisfiesAnyOf(c -> assertThat(c).startsWith("archive."), c -> assertThat(c)
                    .isEqualTo("passed"));
        }
    }

    @Test
    void whatArrivesByteByByteIsReadTheSame() throws Exception {
        var archive = new TestZip()
                .add("a", noise(5_000))
                .add("in.zip", new TestZip().add("b", TEXT).bytes())
                .bytes();
        var trickle = new ByteArrayInputStream(archive) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(1, length));
            }
        };
        assertThat(code(trickle, Limits.defaults())).isEqualTo("passed");
    }

    @Test
    void aStreamThatFailsIsNotBadInput() {
        var failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk");
            }
        };
        var archive = new TestZip().add("a", noise(50_000)).bytes();
        var late = new SequenceInputStream(new ByteArrayInputStream(archive, 0, 20_000), failing);
        assertThatThrownBy(() -> Archives.check(late, Limits.defaults()))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
    }

    private static byte[] entries(int count) {
        var zip = new TestZip();
        for (var i = 0; i < count; i++) zip.add("f" + i, new byte[0]);
        return zip.bytes();
    }

    private static String code(byte[] archive) throws IOException {
        return code(new ByteArrayInputStream(archive), Limits.defaults());
    }

    private static String code(InputStream archive, Limits limits) throws IOException {
        var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = memory.getCurrentThreadAllocatedBytes();
        try {
            Archives.check(archive, limits);
            return "passed";
        } catch (BadInput e) {
            assertThat(e.text()).contains("Nothing was unpacked");
            return e.code();
        } finally {
            assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(64L << 20);
        }
    }

    private static byte[] noise(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] extra(int id, byte[] data) {
        return concat(new byte[] {(byte) id, (byte) (id >> 8), (byte) data.length, (byte) (data.length >> 8)}, data);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
