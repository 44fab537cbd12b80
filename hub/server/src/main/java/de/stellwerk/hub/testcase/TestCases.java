package de.stellwerk.hub.testcase;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Makes golden messages, in the format of {@code GoldenCase} in the test kit, of messages the hub holds. {@link Placeholders} says what
 * is replaced and what is not; content that is neither XML, JSON nor text is left out and a small file of the same kind put in its place.
 */
public final class TestCases {

    private static final int KEY = 32;
    private static final int LARGEST = 16 << 20;
    private static final byte[] PDF = """
            %PDF-1.4
            1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
            2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
            3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
            trailer<</Root 1 0 R>>
            %%EOF
            """.getBytes(StandardCharsets.US_ASCII);

    /**
     * What is told.
     *
     * @param channel where it went out; empty if it has no delivery
     * @param state of its delivery, such as {@code DELIVERED}; otherwise empty
     */
    public record Told(
            String id,
            String municipality,
            String kind,
            String service,
            String caseId,
            String channel,
            String state,
            Map<String, String> headers,
            Content body,
            List<Content> attachments) {}

    private final Path keyFile;
    private final Path routes;

    /**
     * @param data where this hub's key for placeholders is kept; it is made when first needed
     * @param routes whose XML schemas name values that may stay
     */
    public TestCases(Path data, Path routes) {
        this.keyFile = data.resolve("test-case-key");
        this.routes = routes;
    }

    /**
     * A zip with one folder, which can be unpacked below {@code META-INF/stellwerk/selftest} of a connector.
     *
     * @param connection where it went out, if it did, with its connector's card if a plugin offers it
     * @throws IOException if content cannot be read, or is larger than 16 MiB
     */
    public byte[] zip(Told told, Optional<ConnectionConfig> connection, Optional<ConnectorDescriptor> card)
            throws IOException {
        var kept = new HashSet<>(enumerations());
        kept.addAll(List.of(told.municipality, told.kind, told.service, told.channel));
        // Names of columns and the like; a secret is no word that may stay.
        connection.ifPresent(config -> config.settings().forEach((name, value) -> {
            if (!config.secrets().contains(name)) {
                kept.addAll(List.of(value.split("[,;\\s]+")));
            }
        }));
        var placeholders = new Placeholders(key(), kept);
        var masked = new Masked(placeholders);
        var name = "message-" + told.id.substring(0, Math.min(8, told.id.length()));
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            put(zip, name + "/case.properties", facts(caseFacts(told, connection, card)));
            var facts = new TreeMap<String, String>();
            facts.put("kind", told.kind);
            facts.put("case", placeholders.of(told.caseId));
            if (!told.channel.isEmpty()) {
                facts.put("channel", told.channel);
            }
            told.headers.forEach((header, value) -> facts.put("header." + header, placeholders.of(value)));
            var body = ending(told.body.mediaType());
            facts.put("body.name", "body." + body);
            facts.put("body.media-type", told.body.mediaType());
            put(zip, name + "/delivery/body." + body, masked(masked, told.body));
            for (int i = 0; i < told.attachments.size(); i++) {
                var content = told.attachments.get(i);
                var file = "%04d.%s".formatted(i + 1, ending(content.mediaType()));
                facts.put("attachment." + (i + 1) + ".name", file);
                facts.put("attachment." + (i + 1) + ".media-type", content.mediaType());
                put(zip, name + "/delivery/attachments/" + file, masked(masked, content));
            }
            put(zip, name + "/delivery/message.properties", facts(facts));
        }
        return bytes.toByteArray();
    }

    private static Map<String, String> caseFacts(
            Told told, Optional<ConnectionConfig> connection, Optional<ConnectorDescriptor> card) {
        var facts = new TreeMap<String, String>();
        facts.put("expect", told.state.equals("REJECTED") ? "rejected" : "delivered");
        if (connection.isPresent()) {
            facts.put("connector", connection.get().connector());
            var folders = new ArrayList<String>();
            for (var setting : card.map(ConnectorDescriptor::settings).orElse(List.of())) {
                var value = connection.get().settings().getOrDefault(setting.name(), "");
                if (!value.isBlank()) {
                    facts.put("setting." + setting.name(), setting(setting, value, folders));
                }
            }
            if (!folders.isEmpty()) {
                facts.put("folders", String.join(", ", folders));
            }
        }
        return facts;
    }

    /** No address, no folder and no secret of ours goes out. */
    private static String setting(Setting setting, String value, List<String> folders) {
        if (setting.secret()) {
            return "secret";
        }
        return switch (setting.form().type()) {
            case PATH -> {
                folders.add(setting.name());
                yield "${directory}/" + setting.name();
            }
            case URI -> value.startsWith("http") ? "${http}" : value.replaceFirst("://.*", "://\\${nowhere}");
            case HOST -> "127.0.0.1";
            case NUMBER, FLAG, DURATION, CHOICE -> value;
            case TEXT -> setting.form().limits().isEmpty() && value.matches("(?s).*[@:].*") ? "…" : value;
        };
    }

    private static byte[] masked(Masked masked, Content content) throws IOException {
        byte[] bytes;
        try (var in = content.open()) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new IOException("a part of the message is larger than 16 MiB");
        }
        var made = masked.of(content.mediaType(), bytes);
        if (made.length > 0 || bytes.length == 0) {
            return made;
        }
        return content.mediaType().toLowerCase(Locale.ROOT).startsWith("application/pdf")
                ? PDF.clone()
                : "left out: content of this kind cannot be shown without personal data"
                        .getBytes(StandardCharsets.UTF_8);
    }

    private static String ending(String mediaType) {
        var type = mediaType.toLowerCase(Locale.ROOT);
        for (var known : List.of("xml", "json", "csv", "pdf", "zip")) {
            if (type.contains(known)) {
                return known;
            }
        }
        return type.startsWith("text/") ? "txt" : "bin";
    }

    /** As {@code java.util.Properties} reads it, in UTF-8. */
    private static byte[] facts(Map<String, String> facts) {
        var text = new StringBuilder();
        facts.forEach((key, value) -> text.append(key)
                .append(" = ")
                .append(value.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n"))
                .append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTime(0); // the same message makes the same zip
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private synchronized byte[] key() throws IOException {
        if (!Files.exists(keyFile)) {
            var fresh = new byte[KEY];
            new SecureRandom().nextBytes(fresh);
            var written =
                    Files.createTempFile(keyFile.getParent(), "test-case-key", ".tmp"); // readable by its owner only
            Files.write(written, fresh);
            Files.move(written, keyFile, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readAllBytes(keyFile);
    }

    /** Every value that a schema beside the routes enumerates: it is public, and no person's. */
    private Set<String> enumerations() throws IOException {
        var found = new HashSet<String>();
        if (!Files.isDirectory(routes)) {
            return found;
        }
        try (var all = Files.walk(routes, 4)) {
            for (var file : all.filter(path -> path.toString().endsWith(".xsd")).toList()) {
                enumerations(file, found);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return found;
    }

    private static void enumerations(Path file, Set<String> found) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var reader = SafeXml.reader(in);
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT
                        && reader.getLocalName().equals("enumeration")) {
                    found.add(String.valueOf(reader.getAttributeValue(null, "value")));
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("a schema beside the routes is not XML: " + file.getFileName(), e);
        }
    }
}
