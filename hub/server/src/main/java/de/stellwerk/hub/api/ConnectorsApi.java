package de.stellwerk.hub.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Draft;
import de.stellwerk.hub.config.MunicipalitySchema;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.ConnectorFailed;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Right;
import de.stellwerk.hub.settings.ConnectorPage;
import de.stellwerk.hub.settings.ConnectorSchema;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Which connectors there are and what they ask for; whether a connection is right, and whether its target can be used. In a draft,
 * variables have their defaults only: it must not show what the hub's environment holds.
 */
@RestController
final class ConnectorsApi {

    private static final int LONGEST_DRAFT = 1 << 20;
    private static final MediaType SCHEMA = MediaType.valueOf("application/schema+json");
    private static final MediaType PAGE = new MediaType("text", "markdown", StandardCharsets.UTF_8);

    record ConnectorJson(String name, String title, List<Channel> channels, boolean recognisesRepeats) {}

    /** A problem with its words. */
    record ProblemJson(@JsonUnwrapped Problem problem, String german, String english) {}

    record Validation(boolean valid, List<ProblemJson> problems) {}

    record CheckJson(
            String name, Outcome outcome, String german, String english, String remedyGerman, String remedyEnglish) {}

    record TestJson(boolean passed, List<CheckJson> checks) {}

    private final Connections connections;
    private final Path home;

    /** @param home whose secrets a draft may refer to */
    ConnectorsApi(Connections connections, Path home) {
        this.connections = connections;
        this.home = home;
    }

    @GetMapping("/api/v1/connectors")
    List<ConnectorJson> connectors() {
        return connections.descriptors().stream()
                .map(each -> new ConnectorJson(each.name(), each.title(), each.channels(), each.recognisesRepeats()))
                .toList();
    }

    /** JSON Schema, draft 2020-12, of the connector's settings. */
    @GetMapping("/api/v1/connectors/{name}/schema")
    ResponseEntity<Map<String, Object>> schema(@PathVariable String name) {
        return ResponseEntity.ok().contentType(SCHEMA).body(ConnectorSchema.of(card(name)));
    }

    /** @param lang {@code de} or {@code en} */
    @GetMapping("/api/v1/connectors/{name}/doc")
    ResponseEntity<String> page(@PathVariable String name, @RequestParam(defaultValue = "de") String lang) {
        return ResponseEntity.ok().contentType(PAGE).body(ConnectorPage.of(card(name), Locale.forLanguageTag(lang)));
    }

    /** The schema of a municipality's file, with the settings of every connector that is loaded. */
    @GetMapping("/api/v1/config/schema")
    ResponseEntity<Map<String, Object>> configSchema() {
        return ResponseEntity.ok().contentType(SCHEMA).body(MunicipalitySchema.with(connections.descriptors()));
    }

    /** Contacts nobody, and changes nothing. */
    @PostMapping("/api/v1/connections/validate")
    Validation validate(@AuthenticationPrincipal Caller caller, @RequestBody byte[] text) {
        var draft = draft(caller, text);
        var problems = new ArrayList<>(draft.problems());
        draft.connections().values().forEach(each -> problems.addAll(connections.problems(draft.ags(), each)));
        return new Validation(
                problems.isEmpty(),
                problems.stream()
                        .map(each -> new ProblemJson(each, each.words(Locale.GERMAN), each.words(Locale.ENGLISH)))
                        .toList());
    }

    /** Contacts the target, and sends it nothing; with a draft, whatever is configured under the name stays as it is. */
    @PostMapping("/api/v1/connections/{municipality}/{name}/test")
    TestJson test(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String municipality,
            @PathVariable String name,
            @RequestBody(required = false) byte @Nullable [] text) {
        var checks = connections.test(municipality, config(caller, municipality, name, text)).stream()
                .map(ConnectorsApi::json)
                .toList();
        return new TestJson(checks.stream().noneMatch(check -> check.outcome() == Outcome.FAILED), checks);
    }

    /** What the target offers for a setting, as things are configured. */
    @GetMapping("/api/v1/connections/{municipality}/{name}/choices/{setting}")
    Map<String, List<String>> choices(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String municipality,
            @PathVariable String name,
            @PathVariable String setting) {
        if (!caller.rights().contains(Right.OPERATE)) {
            throw forbidden("To contact a target, the key needs the right operate. Nobody was contacted.");
        }
        return choices(caller, municipality, name, setting, null);
    }

    /** The same for a draft, which may still be incomplete. */
    @PostMapping("/api/v1/connections/{municipality}/{name}/choices/{setting}")
    Map<String, List<String>> choices(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String municipality,
            @PathVariable String name,
            @PathVariable String setting,
            @RequestBody(required = false) byte @Nullable [] text) {
        var config = config(caller, municipality, name, text);
        try {
            return Map.of("choices", connections.choices(municipality, config, setting));
        } catch (ConnectorFailed e) {
            throw new Refusal(
                    502,
                    "Target not asked",
                    e.code(),
                    "The target could not be asked for values: " + e.getMessage()
                            + ". Nothing was changed. Test the connection, then ask again.");
        }
    }

    private static CheckJson json(Check check) {
        return new CheckJson(
                check.name(),
                check.outcome(),
                check.found().german(),
                check.found().english(),
                check.remedy().german(),
                check.remedy().english());
    }

    private ConnectorDescriptor card(String name) {
        return connections.descriptors().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("connector"));
    }

    private ConnectionConfig config(Caller caller, String municipality, String name, byte @Nullable [] text) {
        if (!caller.serves(municipality)) {
            throw Refusal.notFound("municipality");
        }
        if (text == null || text.length == 0) {
            return connections
                    .find(municipality, name)
                    .orElseThrow(() -> Refusal.notFound("connection"))
                    .config();
        }
        // Who writes a draft says where its secrets are sent: only who may do everything may do that.
        if (!caller.rights().contains(Right.ADMIN)) {
            throw forbidden("To contact the target of a draft, the key needs the right admin. Nobody was contacted.");
        }
        var draft = draft(caller, text);
        if (!draft.problems().isEmpty()) {
            throw Refusal.badRequest(
                    "draft.problems",
                    "The draft cannot be read: " + draft.problems().get(0).text(Locale.ENGLISH)
                            + " Nobody was contacted. Validate it first, which tells all problems at once.");
        }
        var found = draft.connections().getOrDefault(name, draft.connections().get("draft"));
        if (found == null || !(draft.ags().isEmpty() || draft.ags().equals(municipality))) {
            throw Refusal.badRequest(
                    "draft.connection",
                    "The draft has no connection of this municipality and name. Nobody was contacted.");
        }
        return found;
    }

    private Draft draft(Caller caller, byte[] text) {
        if (text.length > LONGEST_DRAFT) {
            throw Refusal.badRequest("draft.size", "The draft is larger than 1 MiB. Nothing was looked at.");
        }
        var draft = ConfigReader.draft("draft", new String(text, StandardCharsets.UTF_8), home, Map.of());
        if (!draft.ags().isEmpty() && !caller.serves(draft.ags())) {
            throw Refusal.notFound("municipality");
        }
        return draft;
    }

    private static Refusal forbidden(String detail) {
        return new Refusal(403, "Forbidden", "access.right", detail);
    }
}
