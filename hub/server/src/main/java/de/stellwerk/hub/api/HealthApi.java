package de.stellwerk.hub.api;

import de.stellwerk.hub.signal.EntrySignal;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the hub lives and takes messages, and what its API looks like. */
@RestController
final class HealthApi {

    private final BooleanSupplier ready;
    private final EntrySignal signal;

    /** @param ready whether the hub has started and does not end */
    HealthApi(BooleanSupplier ready, EntrySignal signal) {
        this.ready = ready;
        this.signal = signal;
    }

    @GetMapping("/health/live")
    Map<String, String> live() {
        return Map.of("status", "UP");
    }

    @GetMapping("/health/ready")
    ResponseEntity<Map<String, String>> ready() {
        if (!ready.getAsBoolean()) {
            return ResponseEntity.status(503).body(Map.of("status", "DOWN"));
        }
        return signal.halt()
                .map(halt -> ResponseEntity.status(503)
                        .header(HttpHeaders.RETRY_AFTER, String.valueOf(halt.retryAfter()))
                        .body(Map.of("status", "DOWN", "code", halt.code())))
                .orElseGet(() -> ResponseEntity.ok(Map.of("status", "UP")));
    }

    @GetMapping(path = "/api/v1/openapi.yaml", produces = "application/yaml")
    ResponseEntity<Resource> description() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("application/yaml"))
                .body(new ClassPathResource("openapi.yaml"));
    }
}
