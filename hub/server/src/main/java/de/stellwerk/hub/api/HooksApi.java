package de.stellwerk.hub.api;

import de.stellwerk.hub.intake.ConnectionInbox;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.ConnectorFailed;
import de.stellwerk.hub.spi.Receiver;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The web door of each connection whose connector is a receiver: callbacks and pushes. */
@RestController
final class HooksApi {

    private static final Logger LOG = LoggerFactory.getLogger(HooksApi.class);

    private final Connections connections;
    private final Intake intake;
    private final Ledger ledger;
    private final Pushes pushes;

    HooksApi(Connections connections, Intake intake, Ledger ledger, Pushes pushes) {
        this.connections = connections;
        this.intake = intake;
        this.ledger = ledger;
        this.pushes = pushes;
    }

    @RequestMapping({"/hooks/{municipality}/{connection}", "/hooks/{municipality}/{connection}/{*path}"})
    ResponseEntity<byte[]> receive(
            HttpServletRequest request,
            @PathVariable String municipality,
            @PathVariable("connection") String name,
            @PathVariable(name = "path", required = false) @org.jspecify.annotations.Nullable String path)
            throws IOException {
        var connection = connections.find(municipality, name).orElseThrow(() -> Refusal.notFound("receiver"));
        if (connection.descriptor().isEmpty()) {
            throw new Refusal(
                    503,
                    "Not now",
                    "receiver.waiting",
                    "The receiver is not there yet. Nothing was taken. Send it again.");
        }
        var headers = new TreeMap<String, String>();
        for (var header : Collections.list(request.getHeaderNames())) {
            headers.put(header.toLowerCase(Locale.ROOT), request.getHeader(header));
        }
        var bounds = connection.config().bounds();
        try (var push = pushes.read(request, municipality + "/" + name, bounds.push(), bounds.timeLimit())) {
            var answer = connection
                    .receive(
                            new Receiver.Request(
                                    request.getMethod(),
                                    path == null ? "" : path.replaceFirst("^/", ""),
                                    headers,
                                    push.content()),
                            new ConnectionInbox(connection, intake, ledger, false))
                    .orElseThrow(() -> Refusal.notFound("receiver"));
            if (answer.status() == 401 || answer.status() == 403) {
                LOG.warn("receiver {}/{} refused a push: {}", municipality, name, answer.status());
            }
            return ResponseEntity.status(answer.status())
                    .contentType(MediaType.parseMediaType(answer.mediaType()))
                    .body(answer.text().getBytes(StandardCharsets.UTF_8));
        } catch (ConnectorFailed e) {
            LOG.warn("receiver {}/{} failed: {}", municipality, name, e.code());
            throw new Refusal(
                    500, "Internal error", "receiver.failed", "The push could not be handled. Send it again.");
        }
    }
}
