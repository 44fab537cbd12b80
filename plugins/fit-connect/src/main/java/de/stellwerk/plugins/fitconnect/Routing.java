package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.JWSObject;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which destination takes a service of an area. The route is believed only if its {@code destinationSignature} is the issuer's and names
 * all three. Answers are kept for an hour; while the API says that nothing remains, or has said 429, it is not asked.
 *
 * @param issuer whose keys sign routes
 */
final class Routing {

    private static final Duration KEPT = Duration.ofHours(1);
    private static final String AREA = "urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs:";

    private final Http http;
    private final URI url;
    private final String issuer;
    private final Api api;
    private final Clock clock;
    private final ConcurrentHashMap<String, Kept> kept = new ConcurrentHashMap<>();
    private volatile Instant notBefore = Instant.EPOCH;

    private record Kept(String destination, Instant until) {}

    Routing(Http http, URI url, String issuer, Api api, Clock clock) {
        this.http = http;
        this.url = url;
        this.issuer = issuer;
        this.api = api;
        this.clock = clock;
    }

    /**
     * @param leika 14 digits
     * @param ars the key by which routes are signed: 12 digits
     * @throws ApiTrouble with status 429 while the API must not be asked
     * @throws IOException if there is not exactly one route, or none that can be believed
     */
    String destination(String leika, String ars) throws IOException {
        var now = clock.instant();
        var place = leika + " " + ars;
        var known = kept.get(place);
        if (known != null && now.isBefore(known.until())) {
            return known.destination();
        }
        if (now.isBefore(notBefore)) {
            throw new ApiTrouble("GET /routes", Http.TOO_MANY, "", Duration.between(now, notBefore));
        }
        var answer = ask(leika, ars, now);
        if (answer.limits().getOrDefault("remaining", "").equals("0")
                && answer.limits().getOrDefault("reset", "").matches("[0-9]{1,6}")) {
            notBefore = now.plusSeconds(Long.parseLong(answer.limits().getOrDefault("reset", "0")));
        }
        var routes = answer.json().objects("routes");
        if (routes.size() != 1) {
            throw new IOException("fit.route: the routing API knows " + routes.size()
                    + " destinations for this service and area, not one. Nothing was sent; name one by 'destination'");
        }
        var destination = routes.get(0).text("destinationId");
        check(routes.get(0).text("destinationSignature"), destination, leika, ars);
        kept.put(place, new Kept(destination, now.plus(KEPT)));
        return destination;
    }

    private Http.Answer ask(String leika, String ars, Instant now) throws IOException {
        try {
            return http.call(
                    "GET",
                    URI.create(url.toString().replaceAll("/+$", "") + "/routes?leikaKey=" + leika + "&ars=" + ars),
                    Map.of("Accept", "application/json"),
                    null);
        } catch (ApiTrouble e) {
            if (e.status == Http.TOO_MANY) {
                notBefore = now.plus(e.retryAfter);
            }
            throw e;
        }
    }

    private void check(String signature, String destination, String leika, String ars) throws IOException {
        try {
            var jws = JWSObject.parse(signature);
            var claims = Json.parse(jws.getPayload().toBytes());
            if (!signed(jws)) {
                throw new IOException(
                        "fit.route: the signature of the destination is not the issuer's. Nothing was sent");
            }
            var named = claims.objects("services").stream()
                    .anyMatch(each -> each.texts("leistungIDs").contains(Metadata.LEIKA + leika)
                            && covers(each.texts("gebietIDs"), ars));
            if (!named || !claims.text("destinationId").equals(destination)) {
                throw new IOException(
                        "fit.route: the signature of the destination is for another service, area or destination. Nothing was sent");
            }
        } catch (ParseException e) {
            throw new IOException("fit.route: the destination is not signed. Nothing was sent", e);
        }
    }

    private boolean signed(JWSObject jws) throws IOException {
        for (var key : api.serviceKeys(issuer)) {
            if (key.text("kid").equals(jws.getHeader().getKeyID()) && Jose.signed(jws, Jose.key(key.toString()))) {
                return true;
            }
        }
        return false;
    }

    /** A shorter key is a larger area that holds the smaller one. */
    private static boolean covers(List<String> areas, String ars) {
        return areas.stream()
                .anyMatch(area -> area.startsWith(AREA)
                        && area.length() > AREA.length()
                        && ars.startsWith(area.substring(AREA.length())));
    }
}
