package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * FIT-Connect's routing API 2.0.0: areas by words of their name, and the destination that takes a service there. It asks for no token, but
 * for a User-Agent, and lets through so many requests a window. A route is signed by the self-service portal, whose keys are not the
 * delivery service's.
 *
 * <p>It misbehaves: {@code routing-too-many} (429 with a Retry-After of one second), {@code route-forged} (signed by somebody else under the
 * portal's key id) and {@code route-moved} (the signature is for another destination), each for the next route.
 */
final class FitConnectRouting {

    static final Set<String> FAULTS = Set.of("routing-too-many", "route-forged", "route-moved");

    static final String PATH = "/routing/v1";
    static final String PORTAL = "/portal";

    private static final int REQUESTS_A_WINDOW = 50;
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final String REGION = "urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs:";
    private static final String SERVICE = "urn:de:fim:leika:leistung:";
    private static final Set<String> SERVICES = Set.of("99050012104000", "99400048079000");

    private record Area(String id, String name, String type, String postcode, String ags, String ars) {

        Map<String, Object> json() {
            return Map.of("id", id, "name", name, "type", type);
        }
    }

    /** The county holds the town: a destination that is responsible for it takes what comes from there. */
    private static final Area COUNTY =
            new Area("2", "Sächsische Schweiz-Osterzgebirge", "Landkreis", "", "14628", "14628");

    private static final List<Area> AREAS = List.of(
            new Area("1", "Sachsen", "Bundesland", "", "14", "14"),
            COUNTY,
            new Area("3", "Pirna", "Stadt", "01796", "14628270", "146285229270"),
            new Area("4", "Leipzig", "Kreisfreie Stadt", "04109", "14713000", "147130000000"));

    private final Control control;
    private final Journal journal;
    private final Clock clock;
    private final RSAKey portal;
    private final RSAKey stranger;
    private final String destination;
    private Instant window = Instant.EPOCH;
    private int asked;

    /** @param destination that of the county's authority; empty for none */
    FitConnectRouting(
            Control control, Journal journal, Clock clock, RSAKey portal, RSAKey stranger, String destination) {
        this.control = control;
        this.journal = journal;
        this.clock = clock;
        this.portal = portal;
        this.stranger = stranger;
        this.destination = destination;
    }

    Reply portalKeys() {
        return Reply.json(200, Map.of("keys", List.of(portal.toPublicJWK().toJSONObject())));
    }

    /** @param agent the User-Agent; empty for none */
    synchronized Reply answer(URI uri, String agent) throws JOSEException {
        if (agent.isBlank()) {
            return Reply.empty(403);
        }
        var now = clock.instant();
        if (!now.isBefore(window.plus(WINDOW))) {
            window = now;
            asked = 0;
        }
        asked++;
        var reset = Duration.between(now, window.plus(WINDOW)).toSeconds() + 1;
        var reply = asked > REQUESTS_A_WINDOW ? busy(reset) : answer(uri);
        return reply.with("RateLimit-Limit", String.valueOf(REQUESTS_A_WINDOW))
                .with("RateLimit-Remaining", String.valueOf(Math.max(0, REQUESTS_A_WINDOW - asked)))
                .with("RateLimit-Reset", String.valueOf(reset));
    }

    private Reply busy(long seconds) {
        journal.note("routing-too-many");
        return Reply.json(429, Map.of()).later(seconds);
    }

    private Reply answer(URI uri) throws JOSEException {
        var query = query(uri);
        return switch (uri.getPath().substring(PATH.length())) {
            case "/info" -> Reply.json(200, Map.of("version", Map.of("major", 2, "minor", 0, "patch", 0)));
            case "/areas" -> areas(query);
            case "/routes" -> control.due("routing-too-many") ? busy(1) : routes(query);
            default -> problem(404);
        };
    }

    private static Reply problem(int status) {
        return Reply.problem(status, "about:blank", Map.of());
    }

    private static Reply areas(Map<String, List<String>> query) {
        var words = query.getOrDefault("areaSearchexpression", List.of());
        if (words.isEmpty()
                || words.size() > 10
                || !words.stream().allMatch(word -> word.matches("(\\*?[^*]{2,}\\*?)+"))) {
            return problem(400);
        }
        return page(
                "areas",
                AREAS.stream()
                        .filter(area -> words.stream().allMatch(word -> isIn(area, word)))
                        .map(Area::json)
                        .toList(),
                query);
    }

    private static boolean isIn(Area area, String word) {
        var pattern = Pattern.compile(("\\Q" + word.toLowerCase(Locale.ROOT) + "\\E").replace("*", "\\E.*\\Q"));
        return List.of((area.name() + " " + area.postcode())
                        .toLowerCase(Locale.ROOT)
                        .split("[ -]"))
                .stream()
                .anyMatch(each -> pattern.matcher(each).matches());
    }

    private Reply routes(Map<String, List<String>> query) throws JOSEException {
        var service = one(query, "leikaKey");
        var keys = List.of(one(query, "ars"), one(query, "ags"), one(query, "areaId"));
        if (!service.matches("99\\d{12}")
                || keys.stream().filter(key -> !key.isEmpty()).count() != 1
                || !keys.get(0).matches("|\\d{2}|\\d{3}|\\d{5}|\\d{9}|\\d{12}")
                || !keys.get(1).matches("|\\d{2}|\\d{3}|\\d{5}|\\d{8}")
                || !keys.get(2).matches("\\d*")) {
            return problem(400);
        }
        var found = new ArrayList<Map<String, Object>>();
        var isTheirs = AREAS.stream()
                .filter(area -> List.of(area.ars(), area.ags(), area.id())
                        .get(keys.get(0).isEmpty() ? keys.get(1).isEmpty() ? 2 : 1 : 0)
                        .equals(String.join("", keys)))
                .anyMatch(area -> area.ars().startsWith(COUNTY.ars()));
        if (isTheirs && SERVICES.contains(service) && !destination.isEmpty()) {
            found.add(Map.of(
                    "destinationId",
                    destination,
                    "destinationSignature",
                    signature(service),
                    "destinationName",
                    "Landratsamt " + COUNTY.name(),
                    "customParameters",
                    Map.of("fristTage", 14),
                    "origin",
                    "PVOG"));
        }
        journal.note("route", "key", service, "area", String.join("", keys), "found", found.size());
        return page("routes", found, query);
    }

    private String signature(String service) throws JOSEException {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("submissionHost", "submission-api.example.org");
        claims.put("iss", "https://portal.example.org");
        claims.put(
                "services",
                List.of(Map.of(
                        "gebietIDs", List.of(REGION + COUNTY.ars()), "leistungIDs", List.of(SERVICE + service))));
        claims.put(
                "destinationId", control.due("route-moved") ? UUID.randomUUID().toString() : destination);
        claims.put("iat", clock.instant().getEpochSecond());
        claims.put("jti", UUID.randomUUID().toString());
        var jws = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.PS512)
                        .type(JOSEObjectType.JWT)
                        .keyID(portal.getKeyID())
                        .build(),
                new Payload(claims));
        jws.sign(new RSASSASigner(control.due("route-forged") ? stranger : portal));
        return jws.serialize();
    }

    private static Reply page(String name, List<Map<String, Object>> all, Map<String, List<String>> query) {
        var offset = one(query, "offset").isEmpty() ? "0" : one(query, "offset");
        var limit = one(query, "limit").isEmpty() ? "100" : one(query, "limit");
        if (!offset.matches("\\d{1,6}") || !limit.matches("[1-9]\\d{0,2}") || Integer.parseInt(limit) > 500) {
            return problem(400);
        }
        var page = all.stream()
                .skip(Integer.parseInt(offset))
                .limit(Integer.parseInt(limit))
                .toList();
        return Reply.json(
                200,
                Map.of("count", page.size(), "offset", Integer.parseInt(offset), "totalCount", all.size(), name, page));
    }

    private static String one(Map<String, List<String>> query, String name) {
        var values = query.getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }

    private static Map<String, List<String>> query(URI uri) {
        var found = new HashMap<String, List<String>>();
        for (var pair : String.valueOf(uri.getRawQuery()).split("&")) {
            var both = pair.split("=", 2);
            if (both.length == 2) {
                found.computeIfAbsent(both[0], name -> new ArrayList<>()).add(URLDecoder.decode(both[1], UTF_8));
            }
        }
        return found;
    }
}
