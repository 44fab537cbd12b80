package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Security event tokens (RFC 8417) of a case. The key of a token is the delivery service's, if its issuer is the one configured, or that
 * of a destination; an issuer that is merely some address is never asked for a key.
 *
 * @param issuer address of the delivery service, as it calls itself in {@code iss}
 */
record EventLog(Api api, String issuer) {

    static final String EVENTS = "https://schema.fitko.de/fit-connect/events/";
    static final String SUBMIT = EVENTS + "submit-submission";
    static final String ACCEPT = EVENTS + "accept-submission";
    static final String REJECT = EVENTS + "reject-submission";
    static final String FORWARD = EVENTS + "forward-submission";

    private static final String SCHEMA =
            "https://schema.fitko.de/fit-connect/set-payload/1.0.0/set-payload.schema.json";
    private static final String ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    record Event(String name, String issuer, Json content) {}

    /**
     * The events of one submission, each verified.
     *
     * @throws Refused if one of them is not what it should be
     * @throws IOException if log or keys cannot be fetched now
     */
    List<Event> of(String caseId, String submission) throws IOException, Refused {
        var keys = new LinkedHashMap<String, RSAKey>();
        var all = new ArrayList<Event>();
        for (var token : api.events(caseId, submission)) {
            var event = verified(token, caseId, keys);
            if (event.sub().equals("submission:" + submission)) {
                all.add(event.event());
            }
        }
        return all;
    }

    private record About(String sub, Event event) {}

    private About verified(String token, String caseId, Map<String, RSAKey> keys) throws IOException, Refused {
        JWSObject jws;
        Json claims;
        try {
            jws = JWSObject.parse(token);
            claims = Json.parse(jws.getPayload().toBytes());
        } catch (ParseException e) {
            throw refused("Ein Ereignis ist kein signiertes Token.");
        }
        var header = jws.getHeader();
        var kid = header.getKeyID();
        if (kid == null
                || header.getType() == null
                || !header.getType().getType().equals("secevent+jwt")) {
            throw refused("Ein Ereignis ist kein Security Event Token.");
        }
        var events = claims.object("events").map();
        if (events.size() != 1
                || !claims.text("txn").equals("case:" + caseId)
                || !claims.text("jti").matches(ID)
                || claims.number("iat") <= 0
                || !claims.text("sub").matches("(submission|reply):" + ID)) {
            throw refused("Die Angaben eines Ereignisses sind nicht vollständig.");
        }
        var iss = claims.text("iss");
        var place = iss + " " + kid;
        var key = keys.get(place);
        if (key == null) {
            key = key(iss, kid);
            keys.put(place, key);
        }
        if (!Jose.signed(jws, key)) {
            throw refused("Die Signatur eines Ereignisses stimmt nicht.");
        }
        var name = events.keySet().iterator().next();
        return new About(
                claims.text("sub"), new Event(name, iss, claims.object("events").object(name)));
    }

    private RSAKey key(String iss, String kid) throws IOException, Refused {
        if (iss.equals(issuer)) {
            for (var key : api.serviceKeys(issuer)) {
                if (key.text("kid").equals(kid)) {
                    return Jose.key(key.toString());
                }
            }
            throw refused("Der Zustelldienst kennt den Schlüssel eines Ereignisses nicht.");
        }
        if (!iss.matches(ID)) {
            throw refused("Der Aussteller eines Ereignisses ist nicht bekannt.");
        }
        return Jose.key(api.key(iss, kid));
    }

    private static Refused refused(String why) {
        return new Refused(Problem.eventLog(why));
    }

    /** The same event of the same submission has the same {@code jti} each time, so that a repeat can be seen as one. */
    static String token(
            String event,
            Map<String, Object> content,
            String submission,
            String caseId,
            String destination,
            Instant now,
            RSAKey key)
            throws IOException {
        var jti = UUID.nameUUIDFromBytes((submission + " " + event).getBytes(StandardCharsets.UTF_8));
        var claims = new LinkedHashMap<String, Object>();
        claims.put("$schema", SCHEMA);
        claims.put("jti", jti.toString());
        claims.put("iss", destination);
        claims.put("iat", now.getEpochSecond());
        claims.put("sub", "submission:" + submission);
        claims.put("txn", "case:" + caseId);
        claims.put("events", Map.of(event, content));
        return Jose.sign(new Json(claims).toString(), key);
    }
}
