package de.stellwerk.samples.letters;

import java.util.List;
import java.util.Map;

/**
 * What a portal posts to the hub.
 *
 * @param key the idempotency key
 * @param municipality the AGS it is for
 * @param service the LeiKa number
 * @param caseId the case (Vorgang)
 */
public record Letter(
        String key,
        String municipality,
        String kind,
        String service,
        String caseId,
        Map<String, String> headers,
        Part body,
        List<Part> attachments) {

    /** The service "trade registration". */
    public static final String TRADE_REGISTRATION = "99050012104000";

    public Letter withKey(String value) {
        return new Letter(value, municipality, kind, service, caseId, headers, body, attachments);
    }

    public Letter withBody(Part value) {
        return new Letter(key, municipality, kind, service, caseId, headers, value, attachments);
    }

    public Letter withAttachments(List<Part> value) {
        return new Letter(key, municipality, kind, service, caseId, headers, body, value);
    }

    public Letter withHeaders(Map<String, String> value) {
        return new Letter(key, municipality, kind, service, caseId, value, body, attachments);
    }

    public Letter forMunicipality(String ags) {
        return new Letter(key, ags, kind, service, caseId, headers, body, attachments);
    }
}
