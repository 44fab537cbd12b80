package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One file that may belong to a form.
 *
 * @param name as its sender wrote it, without folders
 * @param archive the name of the ZIP archive it lay in
 * @param file a copy of its bytes; empty if it should be there and cannot be had
 */
record FormFile(String name, Optional<String> archive, Optional<Path> file) {

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("xml", "application/xml"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("json", "application/json"),
            Map.entry("csv", "text/csv"),
            Map.entry("txt", "text/plain"),
            Map.entry("zip", "application/zip"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Map.entry("odt", "application/vnd.oasis.opendocument.text"),
            Map.entry("ods", "application/vnd.oasis.opendocument.spreadsheet"),
            Map.entry("asice", "application/vnd.etsi.asic-e+zip"),
            Map.entry("asics", "application/vnd.etsi.asic-s+zip"));

    /** What a link leads to that is not followed. */
    static FormFile absent(String name) {
        return new FormFile(name, Optional.empty(), Optional.empty());
    }

    /** An archive that is not unpacked. */
    static FormFile shut(String name) {
        return new FormFile(name, Optional.of(name), Optional.empty());
    }

    static FormFile of(String name, Path file) {
        return new FormFile(name, Optional.empty(), Optional.of(file));
    }

    Optional<Content> content() {
        return file.map(path -> Content.of(name, mediaType(name), path));
    }

    boolean isEmpty() {
        return file.isPresent() && file.get().toFile().length() == 0;
    }

    /** The name without its ending. */
    String stem() {
        return stem(name);
    }

    static String stem(String name) {
        var dot = name.lastIndexOf('.');
        return dot < 1 ? name : name.substring(0, dot);
    }

    /** In small letters, without the dot. */
    String ending() {
        return ending(name);
    }

    static String ending(String name) {
        var dot = name.lastIndexOf('.');
        return dot < 1 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** By the ending: what mail programs say about a file is wrong too often. */
    static String mediaType(String name) {
        return TYPES.getOrDefault(ending(name), "application/octet-stream");
    }
}
