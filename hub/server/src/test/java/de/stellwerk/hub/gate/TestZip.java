package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes ZIP archives byte by byte, so that each field can lie. */
final class TestZip {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<byte[]> directory = new ArrayList<>();

    /** What one entry says of itself; the plain one is honest. */
    record Entry(
            byte[] name, byte[] data, int flags, int method, int mode, byte[] extra, long crcOff, String listedAs) {

        static Entry of(String name, byte[] data) {
            return new Entry(name.getBytes(UTF_8), data, 0x800, 8, 0x81a4, new byte[0], 0, name);
        }

        Entry named(byte[] other) {
            return new Entry(other, data, 0, method, mode, extra, crcOff, listedAs);
        }

        Entry flags(int other) {
            return new Entry(name, data, other, method, mode, extra, crcOff, listedAs);
        }

        Entry method(int other) {
            return new Entry(name, data, flags, other, mode, extra, crcOff, listedAs);
        }

        Entry mode(int other) {
            return new Entry(name, data, flags, method, other, extra, crcOff, listedAs);
        }

        Entry extra(byte[] other) {
            return new Entry(name, data, flags, method, mode, other, crcOff, listedAs);
        }

        Entry wrongCrc() {
            return new Entry(name, data, flags, method, mode, extra, 1, listedAs);
        }

        Entry listedAs(String other) {
            return new Entry(name, data, flags, method, mode, extra, crcOff, other);
        }
    }

    TestZip add(String name, byte[] data) {
        return add(Entry.of(name, data));
    }

    TestZip add(Entry entry) {
        var packed = entry.method() == 0 ? entry.data() : deflated(entry.data());
        var crc = new CRC32();
        crc.update(entry.data());
        var start = out.size();
        var local = buffer(30 + entry.name().length + entry.extra().length);
        local.putInt(0x04034b50).putShort((short) 20);
        common(local, entry, crc.getValue() + entry.crcOff(), packed.length);
        local.putShort((short) entry.name().length).putShort((short) entry.extra().length);
        local.put(entry.name()).put(entry.extra());
        out.writeBytes(local.array());
        out.writeBytes(packed);

        var name = entry.flags() == 0 ? entry.name() : entry.listedAs().getBytes(UTF_8);
        var central = buffer(46 + name.length + entry.extra().length);
        central.putInt(0x02014b50).putShort((short) 0x314).putShort((short) 20);
        common(central, entry, crc.getValue() + entry.crcOff(), packed.length);
        central.putShort((short) name.length)
                .putShort((short) entry.extra().length)
                .putShort((short) 0);
        central.putShort((short) 0)
                .putShort((short) 0)
                .putInt(entry.mode() << 16)
                .putInt(start);
        central.put(name).put(entry.extra());
        directory.add(central.array());
        return this;
    }

    /** Lists the last entry once more, as archives do whose entries overlap. */
    TestZip listLastAgain() {
        directory.add(directory.get(directory.size() - 1));
        return this;
    }

    /** Takes the last entry out of the directory again. */
    TestZip hideLast() {
        directory.remove(directory.size() - 1);
        return this;
    }

    byte[] bytes() {
        var start = out.size();
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        directory.forEach(whole::writeBytes);
        var end = buffer(22);
        end.putInt(0x06054b50).putInt(0).putShort((short) directory.size()).putShort((short) directory.size());
        end.putInt(whole.size() - start).putInt(start).putShort((short) 0);
        whole.writeBytes(end.array());
        return whole.toByteArray();
    }

    private static void common(ByteBuffer to, Entry entry, long crc, int packed) {
        to.putShort((short) entry.flags()).putShort((short) entry.method()).putInt(0);
        to.putInt((int) crc).putInt(packed).putInt(entry.data().length);
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] deflated(byte[] data) {
        var deflater = new Deflater(9, true);
        deflater.setInput(data);
        deflater.finish();
        var packed = new ByteArrayOutputStream();
        var buffer = new byte[8_192];
        while (!deflater.finished()) packed.write(buffer, 0, deflater.deflate(buffer));
        deflater.end();
        return packed.toByteArray();
    }
}
