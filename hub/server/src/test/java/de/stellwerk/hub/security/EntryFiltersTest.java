package de.stellwerk.hub.security;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.ledger.ApiKeys;
import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.signal.Halt;
import de.stellwerk.hub.signal.Visitors;
import de.stellwerk.hub.signal.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class EntryFiltersTest {

    private static final String HOOK = "/hooks/14628270/form";

    /** Asked only for a key that looks like one. */
    private static final Keys NOBODY =
            new Keys(new ApiKeys(new PGSimpleDataSource(), Clock.systemUTC()), Clock.systemUTC());

    @TempDir
    Path data;

    private final AtomicBoolean database = new AtomicBoolean(true);
    private final AtomicInteger passed = new AtomicInteger();
    private EntrySignal signal;

    @AfterEach
    void close() {
        if (signal != null) {
            signal.close();
        }
    }

    @Test
    void aClearSignalLetsEverythingPass() throws Exception {
        assertThat(throughSignal(1, "POST", HOOK).getStatus()).isEqualTo(200);
        assertThat(throughSignal(1, "GET", "/api/v1/balance").getStatus()).isEqualTo(200);
        assertThat(passed).hasValue(2);
    }

    @Test
    void aDiskBelowTheReserveStopsMessagesButNobodyWhoAsks() throws Exception {
        var refused = throughSignal(Long.MAX_VALUE, "POST", HOOK);

        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getHeader("Retry-After")).isEqualTo("30");
        assertThat(refused.getContentType()).isEqualTo("application/problem+json");
        assertThat(refused.getContentAsString()).contains("\"code\":\"hub.disk\"", "same Idempotency-Key");
        var atTheEntrance = new MockHttpServletResponse();
        entrance(Long.MAX_VALUE, NOBODY)
                .letIn(request("POST", "/api/v1/messages"), atTheEntrance, caller -> passed.incrementAndGet());
        assertThat(atTheEntrance.getStatus()).isEqualTo(503);
        assertThat(atTheEntrance.getContentAsString()).contains("hub.disk");
        assertThat(passed).hasValue(0);
        assertThat(throughSignal(Long.MAX_VALUE, "GET", "/api/v1/balance").getStatus())
                .isEqualTo(200);
        assertThat(passed).hasValue(1);
    }

    @Test
    void withoutADatabaseOnlyTheHealthAnswers() throws Exception {
        database.set(false);
        assertThat(throughSignal(1, "GET", "/api/v1/balance").getStatus()).isEqualTo(503);
        assertThat(throughSignal(1, "POST", HOOK).getContentAsString()).contains("hub.database");
        assertThat(passed).hasValue(0);
        assertThat(throughSignal(1, "GET", "/health/ready").getStatus()).isEqualTo(200);
        assertThat(passed).hasValue(1);
    }

    @Test
    void aKeyThatCouldNotBeLookedUpIsToldToComeLater() throws Exception {
        var nobody = new PGSimpleDataSource();
        nobody.setUrl("jdbc:postgresql://127.0.0.1:1/nobody");
        var keys = new Keys(new ApiKeys(nobody, Clock.systemUTC()), Clock.systemUTC());
        var request = request("POST", HOOK);
        request.addHeader("Authorization", "Bearer hub_0123456789ab_" + "k".repeat(43));
        var response = new MockHttpServletResponse();
        new SignalFilter(signal(1)).doFilter(request, response, (same, answer) -> new KeyFilter(keys)
                .doFilter(same, answer, new MockFilterChain()));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).isEqualTo("5");

        var atTheEntrance = new MockHttpServletResponse();
        entrance(1, keys).letIn(request, atTheEntrance, caller -> passed.incrementAndGet());
        assertThat(atTheEntrance.getStatus()).isEqualTo(503);
        assertThat(atTheEntrance.getHeader("Retry-After")).isEqualTo("5");
        assertThat(passed).hasValue(0);
    }

    @Test
    void aGermanSenderReadsGerman() throws Exception {
        var request = request("POST", HOOK);
        request.addHeader("Accept-Language", "de");
        var response = new MockHttpServletResponse();
        Answers.halt(request, response, Halt.busy());
        assertThat(response.getContentAsString()).contains("Es warten mehr Anfragen");
    }

    @Test
    void aPlaceIsGivenBackWhateverHappensInside() throws Exception {
        var filter = new VisitorFilter(new Visitors(1, 1));
        for (var i = 0; i < 3; i++) {
            var response = new MockHttpServletResponse();
            try {
                filter.doFilter(request("POST", HOOK), response, (request, answer) -> {
                    passed.incrementAndGet();
                    throw new IOException("the sender went away");
                });
            } catch (IOException e) {
                assertThat(e).hasMessage("the sender went away");
            }
        }
        assertThat(passed).hasValue(3);
    }

    @Test
    void theSecondOfOneHookIsToldToComeLaterWhileTheFirstIsInside() throws Exception {
        var filter = new VisitorFilter(new Visitors(4, 1));
        var second = new MockHttpServletResponse();
        var other = new MockHttpServletResponse();
        filter.doFilter(request("POST", HOOK), new MockHttpServletResponse(), (request, answer) -> {
            filter.doFilter(request("POST", HOOK), second, new MockFilterChain());
            filter.doFilter(request("POST", "/hooks/14713000/form"), other, new MockFilterChain());
        });
        assertThat(second.getStatus()).isEqualTo(429);
        assertThat(second.getHeader("Retry-After")).isEqualTo("2");
        assertThat(second.getContentAsString()).contains("sender.busy");
        assertThat(other.getStatus()).isEqualTo(200);
    }

    @Test
    void whoHasNoKeyIsToldSoAndTheAnswerIsKeptNowhere() throws Exception {
        var answer = new MockHttpServletResponse();
        entrance(1, NOBODY).letIn(request("POST", "/api/v1/messages"), answer, caller -> passed.incrementAndGet());
        assertThat(answer.getStatus()).isEqualTo(401);
        assertThat(answer.getContentType()).isEqualTo("application/problem+json");
        assertThat(answer.getContentAsString()).contains("access.key");
        assertThat(answer.getHeader("WWW-Authenticate")).startsWith("Basic ");
        assertThat(answer.getHeader("Cache-Control")).contains("no-store");
        assertThat(answer.getHeader("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(passed).hasValue(0);
    }

    private Entrance entrance(long reserve, Keys keys) {
        return new Entrance(signal(reserve), new Visitors(2, 1), keys);
    }

    private MockHttpServletResponse throughSignal(long reserve, String method, String path) throws Exception {
        var response = new MockHttpServletResponse();
        new SignalFilter(signal(reserve))
                .doFilter(request(method, path), response, (request, answer) -> passed.incrementAndGet());
        return response;
    }

    private EntrySignal signal(long reserve) {
        close();
        signal = new EntrySignal(data, data.resolve("content"), reserve, Watch.database(database::get));
        signal.start();
        return signal;
    }

    private static MockHttpServletRequest request(String method, String path) {
        var request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        return request;
    }
}
