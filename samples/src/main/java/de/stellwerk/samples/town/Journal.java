package de.stellwerk.samples.town;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one system of the town saw, one JSON object a line: {@code at} (when), {@code event} (what), and what belongs to it. A line is on
 * disk before {@link #note} returns, so that a system never answers for something it could forget.
 */
public final class Journal implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final FileChannel file;
    private final Clock clock;
    private final Object forcing = new Object();
    private long written;
    private long forced;

    public Journal(Path path, Clock clock) throws IOException {
        var folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        this.clock = clock;
    }

    /**
     * Writes one line. Lines of several threads go to disk together, since forcing a file costs the same for one as for ten.
     *
     * @param pairs name, value, name, value: values are texts, numbers or booleans
     */
    public void note(String event, Object... pairs) {
        var line = new LinkedHashMap<String, Object>();
        line.put("at", clock.instant().toString());
        line.put("event", event);
        for (var i = 0; i + 1 < pairs.length; i += 2) {
            line.put((String) pairs[i], pairs[i + 1]);
        }
        try {
            var bytes = ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            force(write(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be written", e);
        }
    }

    private synchronized long write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        return ++written;
    }

    private synchronized long written() {
        return written;
    }

    private void force(long line) throws IOException {
        synchronized (forcing) {
            if (forced < line) {
                var all = written();
                file.force(false);
                forced = all;
            }
        }
    }

    /** All complete lines; none if there is no such file. A last line without its end, cut off by a kill, is left out. */
    public static List<Line> read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        var text = Files.readString(path);
        var lines = new ArrayList<Line>();
        var start = 0;
        for (var end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            try {
                lines.add(new Line(JSON.readTree(text.substring(start, end))));
            } catch (JacksonException e) {
                throw new IOException(path.getFileName() + ": line " + (lines.size() + 1) + " is not JSON", e);
            }
            start = end + 1;
        }
        return lines;
    }

    /** One line, without its end. */
    public static Line line(String text) throws IOException {
        try {
            return new Line(JSON.readTree(text));
        } catch (JacksonException e) {
            throw new IOException("a line of a journal is not JSON", e);
        }
    }

    /** The lines about one event. */
    public static List<Line> read(Path path, String event) throws IOException {
        return read(path).stream().filter(line -> line.event().equals(event)).toList();
    }

    public static String sha256(byte[] bytes) {
        return digest("SHA-256", bytes);
    }

    public static String sha512(byte[] bytes) {
        return digest("SHA-512", bytes);
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** One line of a journal; a name that is not there reads as empty text or 0. */
    public record Line(JsonNode json) {

        public String at() {
            return text("at");
        }

        public String event() {
            return text("event");
        }

        public String text(String name) {
            return json.path(name).asString("");
        }

        public long number(String name) {
            return json.path(name).asLong(0);
        }

        public boolean flag(String name) {
            return json.path(name).asBoolean(false);
        }

        public Map<String, JsonNode> fields() {
            var all = new LinkedHashMap<String, JsonNode>();
            json.properties().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
            return all;
        }
    }
}
