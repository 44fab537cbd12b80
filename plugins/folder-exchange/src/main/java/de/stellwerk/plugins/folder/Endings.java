package de.stellwerk.plugins.folder;

import java.util.Locale;
import java.util.Map;

/** What a file's ending says about its content, and the other way round. */
final class Endings {

    private static final String UNKNOWN = "application/octet-stream";

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
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("asice", "application/vnd.etsi.asic-e+zip"),
            Map.entry("asics", "application/vnd.etsi.asic-s+zip"));

    private Endings() {}

    static String mediaType(FileName name) {
        var shown = name.shown();
        return TYPES.getOrDefault(shown.substring(shown.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }

    static String ending(String mediaType) {
        var type = mediaType.toLowerCase(Locale.ROOT).replaceFirst(";.*", "").strip();
        return switch (type) {
            case "text/xml" -> ".xml";
            case "image/jpeg" -> ".jpg";
            case "image/tiff" -> ".tif";
            default ->
                TYPES.entrySet().stream()
                        .filter(known -> known.getValue().equals(type))
                        .findFirst()
                        .map(known -> "." + known.getKey())
                        .orElse(".bin");
        };
    }
}
