package de.stellwerk.hub.api;

import de.stellwerk.hub.intake.ConnectionInbox;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.ConnectorFailed;
import de.stellwerk.hub.spi.Content;
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

/** The web door of each connection whose connector is a receiver: callbacks and pushes, at most 1 MiB each. */
@RestController
final class HooksApi {

    private static final Logger LOG = LoggerFactory.getLogger(HooksApi.class);
    private static final int LONGEST = 1 << 20;

    private final Connections connections;
    private final Intake intake;
    private final Ledger ledger;

    HooksApi(Connections connections, Intake intake, Ledger ledger) {
        this.connections = connections;
        this.intake = intake;
        this.ledger = ledger;
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
        var bytes = request.getInputStream().readNBytes(LONGEST + 1);
        if (bytes.length > LONGEST) {
            throw new Refusal(413, "Content too large", "size.request", "A push may have 1 MiB. Nothing was taken.");
        }
        var headers = new TreeMap<String, String>();
        for (var header : Collections.list(request.getHeaderNames())) {
            headers.put(header.toLowerCase(Locale.ROOT), request.getHeader(header));
        }
        var type = request.getContentType();
        try {
            var answer = connection
                    .receive(
                            new Receiver.Request(
                                    request.getMethod(),
                                    path == null ? "" : path.replaceFirst("^/", ""),
                                    headers,
                                    Content.of("request", type == null ? "application/octet-stream" : type, bytes)),
                            new ConnectionInbox(connection, intake, ledger, false))
                    .orElseThrow(() -> Refusal.notFound("receiver"));
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
