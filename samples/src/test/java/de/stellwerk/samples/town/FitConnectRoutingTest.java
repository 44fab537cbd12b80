package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FitConnectRoutingTest {

    private static final String THEIRS = "9d0a4b0e-3f5c-4a52-8a0b-6c2f1d7e5b18";
    private static final String SERVICE = "/routes?leikaKey=99050012104000&";

    private static RSAKey portal;
    private Control control;
    private Journal journal;
    private FitConnectRouting routing;

    @BeforeAll
    static void makeAKey() throws Exception {
        portal = new RSAKeyGenerator(2_048).keyID("portal").generate();
    }

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        var clock = Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);
        control = new Control(0, 0, FitConnectRouting.FAULTS, Map.of());
        journal = new Journal(folder.resolve("journal"), clock);
        routing = new FitConnectRouting(control, journal, clock, portal, portal, THEIRS);
    }

    @AfterEach
    void stop() throws Exception {
        control.close();
        journal.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "areaSearchexpression=Pirna",
                "areaSearchexpression=01796",
                "areaSearchexpression=pir*&limit=1",
                "areaSearchexpression=*irn*"
            })
    void anAreaIsFoundByAWordOfItsNameOrItsPostcode(String query) throws Exception {
        assertThat(found("/areas?" + query).path("areas").findValuesAsString("name"))
                .containsExactly("Pirna");
    }

    @Test
    void everyWordMustFit() throws Exception {
        assertThat(found("/areas?areaSearchexpression=*chs*").path("totalCount").asInt(-1))
                .isEqualTo(2);
        assertThat(found("/areas?areaSearchexpression=S%C3%A4ch*&areaSearchexpression=Pirna")
                        .path("totalCount")
                        .asInt(-1))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ars=146285229270", "ags=14628270", "ars=14628", "areaId=3"})
    void aDestinationIsFoundByEachKindOfKeyWithThePortalsSignature(String key) throws Exception {
        var route = found(SERVICE + key).path("routes").path(0);
        assertThat(route.path("destinationId").asString("")).isEqualTo(THEIRS);
        var jws = JWSObject.parse(route.path("destinationSignature").asString(""));
        assertThat(jws.verify(new RSASSAVerifier(portal.toRSAPublicKey()))).isTrue();
        assertThat(jws.getPayload().toString()).contains(THEIRS, "schluessel:rs:14628\"", "leistung:99050012104000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ags=14713000", "ars=14", "ars=146285229999"})
    void elsewhereAndForOtherServicesThereIsNone(String key) throws Exception {
        assertThat(found(SERVICE + key).path("totalCount").asInt(-1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/areas",
                "/areas?areaSearchexpression=P",
                SERVICE + "ars=1462",
                SERVICE + "ags=14628270&ars=146285229270",
                SERVICE,
                "/routes?leikaKey=1&ags=14628270",
                SERVICE + "ags=14628270&limit=0"
            })
    void aQuestionThatIsNoneIsRefused(String path) throws Exception {
        assertThat(ask(path).status()).isEqualTo(400);
    }

    @Test
    void aWindowLetsSoManyRequestsThroughAndWhoeverDoesNotSayWhoTheyAreNone() throws Exception {
        assertThat(ask("/info").headers())
                .containsKeys("RateLimit-Limit", "RateLimit-Reset")
                .containsEntry("RateLimit-Remaining", "49");
        for (var i = 1; i < 50; i++) {
            assertThat(ask("/info").status()).isEqualTo(200);
        }
        var busy = ask("/info");
        assertThat(busy.status()).isEqualTo(429);
        assertThat(busy.headers()).containsEntry("RateLimit-Remaining", "0").containsKey("Retry-After");
        assertThat(routing.answer(URI.create(FitConnectRouting.PATH + "/info"), "")
                        .status())
                .isEqualTo(403);
    }

    private Reply ask(String path) throws Exception {
        return routing.answer(URI.create(FitConnectRouting.PATH + path), "a test");
    }

    private JsonNode found(String path) throws Exception {
        var reply = ask(path);
        assertThat(reply.status()).as(path).isEqualTo(200);
        return new JsonMapper().readTree(reply.body());
    }
}
