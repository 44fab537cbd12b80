package de.stellwerk.plugins.xta;

import de.stellwerk.hub.spi.Content;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The parts of an answer (RFC 2046, 2387), each in a temporary file of its own: whatever their size, they are never whole in memory. All
 * together may have {@code limit} bytes, at most {@value #MOST} parts, and headers of at most {@value #HEADERS} bytes each.
 */
final class Parts implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Parts.class.getName());
    private static final int MOST = 500;
    private static final int HEADERS = 8 << 10;
    private static final int PREAMBLE = 8 << 10;
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([A-Za-z0-9-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]+))");

    /** @param id of the header Content-ID, without its brackets; empty if there is none */
    record Part(String id, String mediaType, boolean base64, Path file) {

        InputStream open() throws IOException {
            var bytes = Files.newInputStream(file);
            return base64 ? Base64.getMimeDecoder().wrap(bytes) : bytes;
        }

        /** The bytes under another name; readable until the parts are closed. */
        Content content(String name, String type) {
            return new Named(this, name, type);
        }
    }

    private record Named(Part part, String name, String mediaType) implements Content {

        @Override
        public InputStream open() throws IOException {
            return part.open();
        }
    }

    private final Path folder;
    private final List<Part> all = new ArrayList<>();
    private String start = "";
    private long left;

    private Parts(Path folder, long limit) {
        this.folder = folder;
        this.left = limit;
    }

    static Parts none() {
        return new Parts(Path.of(""), 0);
    }

    /**
     * Reads a body to its end.
     *
     * @param contentType of the whole; what is not multipart is one part
     * @throws NoAnswer if it is cut off, broken or too large; the files are deleted then
     */
    static Parts read(InputStream body, String contentType, Path folder, long limit) throws IOException, NoAnswer {
        var parts = new Parts(folder, limit);
        try {
            if (contentType.toLowerCase(Locale.ROOT).startsWith("multipart/related")) {
                parts.multipart(new BufferedInputStream(body, 1 << 16), contentType);
            } else {
                var file = parts.file("", contentType, false);
                try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    for (int b = body.read(); b >= 0; b = body.read()) {
                        parts.write(out, b);
                    }
                }
            }
            return parts;
        } catch (IOException | NoAnswer | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** The part with the XML. */
    Part root() throws NoAnswer {
        return (start.isEmpty() ? all.stream().findFirst() : part(start))
                .orElseThrow(() -> new NoAnswer("xta.answer: the gateway's answer has no part with XML"));
    }

    Optional<Part> part(String id) {
        return all.stream().filter(part -> part.id.equals(id)).findFirst();
    }

    List<Part> others() throws NoAnswer {
        var root = root();
        return all.stream().filter(part -> part != root).toList();
    }

    private void multipart(InputStream in, String contentType) throws IOException, NoAnswer {
        var parameters = parameters(contentType);
        var boundary = parameters.getOrDefault("boundary", "");
        if (boundary.isEmpty() || boundary.length() > 70) {
            throw new NoAnswer("xta.mime: the gateway's answer names no boundary of at most 70 characters");
        }
        start = id(parameters.getOrDefault("start", ""));
        var delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        // The first delimiter may stand at the very beginning, where no line end is before it.
        pass(in, delimiter, 2, new Preamble());
        while (another(in)) {
            if (all.size() == MOST) {
                throw new NoAnswer("xta.mime: the gateway's answer has more than " + MOST + " parts");
            }
            var headers = headers(in);
            var encoding = headers.getOrDefault("content-transfer-encoding", "binary")
                    .toLowerCase(Locale.ROOT)
                    .strip();
            if (!encoding.matches("binary|8bit|7bit|base64")) {
                throw new NoAnswer("xta.mime: a part of the gateway's answer has the encoding '" + Plain.text(encoding)
                        + "', which this connector does not read");
            }
            var file = file(
                    id(headers.getOrDefault("content-id", "")),
                    headers.getOrDefault("content-type", "application/octet-stream"),
                    encoding.equals("base64"));
            try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
                pass(in, delimiter, 0, out);
            }
        }
    }

    /** Copies up to the delimiter. It has its first character nowhere else, so a mismatch never hides a beginning. */
    private void pass(InputStream in, byte[] delimiter, int matchedBefore, OutputStream out)
            throws IOException, NoAnswer {
        int matched = matchedBefore;
        while (matched < delimiter.length) {
            int b = in.read();
            if (b < 0) {
                throw new NoAnswer("xta.cut-off: the gateway's answer ends in the middle");
            }
            if (b == (delimiter[matched] & 0xFF)) {
                matched++;
                continue;
            }
            for (int i = 0; i < matched; i++) {
                write(out, delimiter[i]);
            }
            matched = b == '\r' ? 1 : 0;
            if (matched == 0) {
                write(out, b);
            }
        }
    }

    private void write(OutputStream out, int b) throws IOException, NoAnswer {
        if (--left < 0) {
            throw new NoAnswer("xta.too-large: the gateway's answer is larger than the setting 'max-size'");
        }
        out.write(b);
    }

    private static boolean another(InputStream in) throws IOException, NoAnswer {
        var rest = line(in, HEADERS);
        return !rest.startsWith("--");
    }

    private static Map<String, String> headers(InputStream in) throws IOException, NoAnswer {
        var headers = new HashMap<String, String>();
        int read = 0;
        var name = "";
        for (var line = line(in, HEADERS); !line.isEmpty(); line = line(in, HEADERS - read)) {
            read += line.length();
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                headers.merge(name, " " + line.strip(), String::concat);
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new NoAnswer("xta.mime: a part of the gateway's answer has a header without a name");
            }
            name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            headers.put(name, line.substring(colon + 1).strip());
        }
        return headers;
    }

    /** Without its end. The last delimiter may be the end of the answer. */
    private static String line(InputStream in, int most) throws IOException, NoAnswer {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() >= most) {
                throw new NoAnswer(
                        "xta.mime: a part of the gateway's answer has headers of more than " + HEADERS + " bytes");
            }
            line.write(b);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static Map<String, String> parameters(String header) {
        var found = new HashMap<String, String>();
        var matcher = PARAMETER.matcher(header);
        while (matcher.find()) {
            var quoted = matcher.group(2);
            found.put(
                    matcher.group(1).toLowerCase(Locale.ROOT),
                    quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
        }
        return found;
    }

    private static String id(String bracketed) {
        return bracketed.startsWith("<") && bracketed.endsWith(">")
                ? bracketed.substring(1, bracketed.length() - 1)
                : bracketed;
    }

    private Path file(String id, String mediaType, boolean base64) throws IOException {
        var file = Files.createTempFile(folder, "xta-part", "");
        all.add(new Part(id, mediaType, base64, file));
        return file;
    }

    /** Does not throw: what became of the message is known by now, and litter does not change it. */
    @Override
    public void close() {
        try {
            for (var part : all) {
                Files.deleteIfExists(part.file);
            }
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "Temporary files of a message stay in the connection''s folder: {0}",
                    e.getClass().getSimpleName());
        }
    }

    /** Takes a bounded preamble, which says nothing. */
    private static final class Preamble extends OutputStream {

        private int count;

        @Override
        public void write(int b) throws IOException {
            if (++count > PREAMBLE) {
                throw new IOException("the preamble is larger than " + PREAMBLE + " bytes");
            }
        }
    }
}
