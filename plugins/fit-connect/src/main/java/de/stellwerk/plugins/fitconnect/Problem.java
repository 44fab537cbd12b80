package de.stellwerk.plugins.fitconnect;

import java.util.Map;

/**
 * Why a submission is rejected, as it stands in the event (like RFC 7807).
 *
 * @param slug the end of the type
 * @param instance {@code metadata}, {@code data}, {@code attachment:ID} or {@code submission}
 */
record Problem(String slug, String title, String detail, String instance) {

    static final String TYPES = "https://schema.fitko.de/fit-connect/events/problems/";
    static final String METADATA = "metadata";
    static final String DATA = "data";
    static final String SUBMISSION = "submission";

    static String attachment(String id) {
        return "attachment:" + id;
    }

    Map<String, Object> json() {
        return Map.of("type", TYPES + slug, "title", title, "detail", detail, "instance", instance);
    }

    static Problem eventLog(String detail) {
        return new Problem("invalid-event-log", "Das Event-Log ist nicht in Ordnung", detail, SUBMISSION);
    }

    static Problem tag(String instance) {
        return new Problem(
                "incorrect-authentication-tag",
                "Authentication-Tag ungültig",
                "Das Authentication-Tag stimmt nicht mit dem des Ereignisses überein.",
                instance);
    }

    static Problem encryption(String instance) {
        return new Problem(
                "encryption-issue",
                "Entschlüsselung nicht möglich",
                "Der Inhalt lässt sich nicht entschlüsseln.",
                instance);
    }

    static Problem syntax(String instance) {
        return new Problem(
                "syntax-violation", "Syntaxfehler", "Der Inhalt ist kein gültiges Dokument seines Typs.", instance);
    }

    static Problem schema(String instance, String detail) {
        return new Problem("schema-violation", "Schema-Fehler", detail, instance);
    }

    static Problem unsupportedSchema(String instance) {
        return new Problem(
                "unsupported-schema",
                "Schema wird nicht unterstützt",
                "Dieses Schema nimmt die Stelle nicht an.",
                instance);
    }

    static Problem hash(String instance) {
        return new Problem(
                "hash-mismatch",
                "Prüfsumme stimmt nicht",
                "Der SHA-512-Hash weicht von dem der Metadaten ab.",
                instance);
    }

    static Problem attachments() {
        return new Problem(
                "attachments-mismatch",
                "Anlagen stimmen nicht überein",
                "Angekündigte Anlagen und Anlagen der Metadaten sind nicht dieselben.",
                SUBMISSION);
    }

    static Problem missing(String slug, String instance) {
        return new Problem(slug, "Inhalt fehlt", "Ein Teil der Einreichung fehlt.", instance);
    }

    static Problem service(String slug) {
        return new Problem(
                slug,
                "Verwaltungsleistung passt nicht",
                "Die Verwaltungsleistung ist hier nicht zulässig.",
                SUBMISSION);
    }

    static Problem technical(String code) {
        return new Problem(
                "technical-error",
                "Technischer Fehler",
                "Der Empfänger konnte die Einreichung nicht annehmen: " + code,
                SUBMISSION);
    }
}
