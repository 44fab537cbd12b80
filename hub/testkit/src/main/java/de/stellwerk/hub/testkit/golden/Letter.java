package de.stellwerk.hub.testkit.golden;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with one message: {@code body.<ending>}, {@code attachments/} in the order of their names, {@code message.properties}.
 *
 * @param facts what {@code message.properties} says; empty if there is none
 */
record Letter(Facts facts, Optional<Content> body, List<Content> attachments) {

    private static final Pattern KNOWN =
            Pattern.compile("id|kind|channel|case|answers|number|attempt|method|path|body\\.(name|media-type)"
                    + "|header\\.[a-z][a-z0-9-]{0,62}|attachment\\.[0-9]{1,4}\\.(name|media-type)");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "xml", "application/xml",
            "json", "application/json",
            "csv", "text/csv",
            "txt", "text/plain",
            "pdf", "application/pdf",
            "zip", "application/zip");

    static Letter read(Path folder) throws IOException {
        var file = folder.resolve("message.properties");
        var facts = Files.isRegularFile(file) ? Facts.read(file, KNOWN) : new Facts(file.toString(), Map.of());
        var bodies = files(folder).stream()
                .filter(path -> name(path).startsWith("body."))
                .toList();
        if (bodies.size() > 1) {
            throw new NotACase(folder + " has more than one body");
        }
        var attachments = new ArrayList<Content>();
        for (var path : files(folder.resolve("attachments"))) {
            attachments.add(content(path, facts, "attachment." + (attachments.size() + 1)));
        }
        var body = bodies.isEmpty() ? Optional.<Content>empty() : Optional.of(content(bodies.get(0), facts, "body"));
        return new Letter(facts, body, List.copyOf(attachments));
    }

    private static Content content(Path file, Facts facts, String key) throws IOException {
        var name = name(file);
        var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Content.of(
                facts.text(key + ".name").orElse(name),
                facts.text(key + ".media-type").orElse(MEDIA_TYPES.getOrDefault(ending, "application/octet-stream")),
                Files.readAllBytes(file));
    }

    static List<Path> files(Path folder) throws IOException {
        return list(folder).stream().filter(Files::isRegularFile).toList();
    }

    static List<Path> folders(Path folder) throws IOException {
        return list(folder).stream().filter(Files::isDirectory).toList();
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !name(path).startsWith(".")).sorted().toList();
        }
    }

    /** The last part, without the slash that a zip's file system leaves at a folder's name. */
    static String name(Path path) {
        return String.valueOf(path.getFileName()).replace("/", "");
    }
}
