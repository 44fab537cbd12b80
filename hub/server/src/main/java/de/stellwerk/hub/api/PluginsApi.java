package de.stellwerk.hub.api;

import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.PluginDirectory;
import de.stellwerk.hub.plugin.PluginInbox;
import de.stellwerk.hub.plugin.PluginStatus;
import de.stellwerk.hub.plugin.Refused;
import de.stellwerk.hub.plugin.SwapReport;
import de.stellwerk.hub.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Plugin jars: what became of each, how one is brought, and what the directory offers. */
@RestController
final class PluginsApi {

    private static final Logger LOG = LoggerFactory.getLogger(PluginsApi.class);
    private static final int LONGEST_SIGNATURE = 4096;
    private static final int MOST_PARTS = 10;

    /** Bytes of a request that brings the largest jar: its signature, and what stands between the parts. */
    private static final int ROOM_BESIDE = 64 << 10;

    private final Connections connections;
    private final PluginInbox inbox;
    private final PluginDirectory directory;
    private final Path uploads;

    /** @param uploads where a jar lies while a request is read */
    PluginsApi(Connections connections, PluginInbox inbox, PluginDirectory directory, Path uploads) {
        this.connections = connections;
        this.inbox = inbox;
        this.directory = directory;
        this.uploads = uploads;
    }

    @GetMapping("/api/v1/plugins")
    List<PluginStatus> plugins() {
        return connections.plugins();
    }

    /** What became of swaps of versions, the latest first. */
    @GetMapping("/api/v1/plugins/swaps")
    List<SwapReport> swaps() {
        return connections.swaps();
    }

    record UseJson(@Nullable String version, @Nullable String municipality) {}

    /** Chooses the version of a plugin, for all or for one municipality. */
    @PostMapping("/api/v1/plugins/{id}/use")
    List<PluginStatus> use(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @RequestBody UseJson wanted) {
        var version = wanted.version() == null ? "" : wanted.version();
        var municipality = wanted.municipality() == null ? "" : wanted.municipality();
        if (version.isEmpty() || !municipality.matches("|[0-9]{8}")) {
            throw Refusal.badRequest(
                    "plugin.use",
                    "This wants {\"version\": \"1.2.0\" or \"newest\", \"municipality\": eight digits, or none for all}."
                            + " Nothing was changed.");
        }
        if (!caller.serves(municipality.isEmpty() ? "*" : municipality)) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    "access.municipality",
                    "This key does not serve all municipalities concerned. Nothing was changed.");
        }
        if (!connections.use(id, version, municipality)) {
            throw Refusal.notFound("version of this plugin");
        }
        return connections.plugins().stream()
                .filter(each -> each.id().equals(id))
                .toList();
    }

    /** Takes the parts {@code jar} and, if there is one, {@code signature}. What the hub makes of it stands in the list within seconds. */
    @PostMapping("/api/v1/plugins")
    ResponseEntity<PluginInbox.Item> bring(@AuthenticationPrincipal Caller caller, HttpServletRequest request)
            throws IOException {
        var type = request.getContentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            throw new Refusal(
                    415,
                    "Unsupported media type",
                    "request.type",
                    "Send multipart/form-data with the parts 'jar' and, if there is one, 'signature'. Nothing was kept.");
        }
        try (var parts = Parts.read(request, uploads, MOST_PARTS, PluginInbox.LARGEST + ROOM_BESIDE)) {
            var jar = parts.find("jar")
                    .orElseThrow(() -> Refusal.badRequest(
                            "request.part", "The part 'jar' is missing. Nothing was kept. Send it again with it."));
            var signature = parts.find("signature");
            if (signature.isPresent() && signature.get().getSize() > LONGEST_SIGNATURE) {
                throw Refusal.badRequest(
                        "request.part",
                        "The part 'signature' is longer than 4 KiB. Nothing was kept. Send the right one.");
            }
            try (var in = jar.getInputStream()) {
                return accepted(caller, inbox.put(in, signature.map(FileItem::get)));
            }
        } catch (Refused e) {
            throw refusal(e);
        }
    }

    @GetMapping("/api/v1/plugins/directory")
    List<PluginDirectory.Offered> offered() {
        var installed = connections.plugins().stream()
                .filter(plugin -> plugin.state() == PluginStatus.State.ACTIVE)
                .collect(Collectors.toMap(PluginStatus::id, PluginStatus::version, (one, other) -> one));
        try {
            return directory.offered(installed);
        } catch (Refused e) {
            throw refusal(e);
        }
    }

    @PostMapping("/api/v1/plugins/directory/{id}/{version}")
    ResponseEntity<PluginInbox.Item> fetch(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @PathVariable String version)
            throws IOException {
        try {
            return accepted(caller, directory.fetch(id, version));
        } catch (Refused e) {
            throw refusal(e);
        }
    }

    private static ResponseEntity<PluginInbox.Item> accepted(Caller caller, PluginInbox.Item item) {
        LOG.info("plugin jar {} was put into the inbox by {}", item.file(), caller.actor());
        return ResponseEntity.accepted().body(item);
    }

    private static Refusal refusal(Refused refused) {
        int status =
                switch (refused.code()) {
                    case "plugin.too-large" -> 413;
                    case "plugin.same-version" -> 409;
                    case "plugin.not-offered", "plugin.no-directory" -> 404;
                    case "plugin.directory" -> 502;
                    default -> 422;
                };
        return new Refusal(status, "Not taken", refused.code(), refused.text(Locale.ENGLISH));
    }
}
