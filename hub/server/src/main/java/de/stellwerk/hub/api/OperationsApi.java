package de.stellwerk.hub.api;

import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.ApiKeys;
import de.stellwerk.hub.ledger.Balance;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.RouteStatus;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.security.Right;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Cases, deliveries, connections, plugins, routes, keys: how the hub stands, and what an operator decides. */
@RestController
final class OperationsApi {

    record CaseJson(
            String caseId,
            List<Search.MessageRow> messages,
            List<Search.DeliveryRow> deliveries,
            List<Search.EntryRow> ledger) {}

    record DeliveryJson(Search.DeliveryRow delivery, List<Search.AttemptRow> attempts) {}

    record ConnectionJson(
            String municipality,
            String name,
            String connector,
            String state,
            String text,
            @Nullable String paused,
            @Nullable String pollFailure,
            Connection.Load load) {}

    record NewKey(
            @Nullable String name,
            @Nullable Set<String> municipalities,
            @Nullable Set<String> may) {}

    private final Search search;
    private final Operator operator;
    private final Connections connections;
    private final Rounds rounds;
    private final Routes routes;
    private final Keys keys;

    OperationsApi(Search search, Operator operator, Connections connections, Rounds rounds, Routes routes, Keys keys) {
        this.search = search;
        this.operator = operator;
        this.connections = connections;
        this.rounds = rounds;
        this.routes = routes;
        this.keys = keys;
    }

    @GetMapping("/api/v1/cases/{id}")
    CaseJson inCase(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        var messages = search.messages(
                caller.sight(),
                new Search.Filter(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(id),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        500));
        if (messages.isEmpty()) {
            throw Refusal.notFound("case");
        }
        return new CaseJson(
                id,
                messages,
                search.deliveries(
                        caller.sight(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(id),
                        500),
                search.entriesOfCase(caller.sight(), id));
    }

    @GetMapping("/api/v1/deliveries")
    List<Search.DeliveryRow> deliveries(
            @AuthenticationPrincipal Caller caller,
            @RequestParam Optional<String> municipality,
            @RequestParam Optional<String> connection,
            @RequestParam Optional<String> state,
            @RequestParam("case") Optional<String> caseId,
            @RequestParam(defaultValue = "100") int limit) {
        return search.deliveries(
                caller.sight(), municipality, connection, state, Optional.<UUID>empty(), caseId, limit);
    }

    @GetMapping("/api/v1/deliveries/{id}")
    DeliveryJson delivery(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        return new DeliveryJson(see(caller, id), search.attempts(id));
    }

    @PostMapping("/api/v1/deliveries/{id}/{decision}")
    DeliveryJson decide(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @PathVariable String decision,
            @RequestParam String reason) {
        see(caller, id);
        var decided =
                switch (decision) {
                    case "repeat" -> Operator.Decision.REPEAT;
                    case "cancel" -> Operator.Decision.CANCEL;
                    case "arrived" -> Operator.Decision.ARRIVED;
                    default -> throw Refusal.notFound("decision");
                };
        if (!operator.decide(decided, id, caller.actor(), reason)) {
            throw new Refusal(
                    409,
                    "Conflict",
                    "state.other",
                    "The delivery is in no state that allows this. Nothing was changed. Look at its state first.");
        }
        return new DeliveryJson(see(caller, id), search.attempts(id));
    }

    @GetMapping("/api/v1/balance")
    Balance balance(@AuthenticationPrincipal Caller caller) {
        return search.balance(caller.sight());
    }

    @GetMapping("/api/v1/connections")
    List<ConnectionJson> connections(@AuthenticationPrincipal Caller caller) {
        var pauses = operator.pauses().stream()
                .collect(Collectors.toMap(
                        each -> each.municipality() + "/" + each.connection(), Operator.Pause::reason));
        return connections.all().stream()
                .filter(connection -> caller.serves(connection.municipality()))
                .map(connection -> json(connection, pauses))
                .toList();
    }

    private ConnectionJson json(Connection connection, Map<String, String> pauses) {
        return new ConnectionJson(
                connection.municipality(),
                connection.name(),
                connection.connector(),
                connection.state().name(),
                connection.stateText(Locale.ENGLISH),
                pauses.get(connection.municipality() + "/" + connection.name()),
                rounds.last(connection).flatMap(Rounds.Round::failure).orElse(null),
                connection.load());
    }

    @PostMapping("/api/v1/connections/{municipality}/{name}/pause")
    ConnectionJson pause(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String municipality,
            @PathVariable String name,
            @RequestParam String reason) {
        var connection = connection(caller, municipality, name);
        operator.pause(municipality, name, caller.actor(), reason);
        return json(connection, Map.of(municipality + "/" + name, reason));
    }

    @PostMapping("/api/v1/connections/{municipality}/{name}/resume")
    ConnectionJson resume(
            @AuthenticationPrincipal Caller caller, @PathVariable String municipality, @PathVariable String name) {
        var connection = connection(caller, municipality, name);
        operator.resume(municipality, name, caller.actor());
        return json(connection, Map.of());
    }

    @GetMapping("/api/v1/routes")
    List<RouteStatus> routes() {
        return routes.status();
    }

    @GetMapping("/api/v1/nodes")
    List<Search.NodeRow> nodes() {
        return search.nodes();
    }

    @GetMapping("/api/v1/keys")
    List<ApiKeys.ApiKey> keys() {
        return keys.all();
    }

    /** Makes a key. Nobody can give rights or municipalities that they have not. */
    @PostMapping("/api/v1/keys")
    ResponseEntity<Map<String, String>> createKey(@AuthenticationPrincipal Caller caller, @RequestBody NewKey wanted) {
        var name = wanted.name();
        var municipalities = wanted.municipalities();
        var may = wanted.may();
        if (name == null
                || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
                || municipalities == null
                || municipalities.isEmpty()
                || may == null
                || may.isEmpty()) {
            throw Refusal.badRequest(
                    "key.form",
                    "A key wants a name of letters, digits and . _ -, municipalities and may. Nothing was made.");
        }
        Set<Right> rights;
        try {
            rights = may.stream().map(Right::of).collect(Collectors.toUnmodifiableSet());
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(
                    "key.form", "Rights are send, read, content, operate and admin. Nothing was made.");
        }
        if (!caller.rights().containsAll(rights) || !municipalities.stream().allMatch(caller::serves)) {
            throw new Refusal(
                    403, "Forbidden", "access.right", "Nobody can give more than they have. Nothing was made.");
        }
        return ResponseEntity.status(201)
                .body(Map.of("key", keys.create(name, municipalities, rights, caller.actor())));
    }

    @DeleteMapping("/api/v1/keys/{id}")
    ResponseEntity<Void> revokeKey(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        if (!keys.revoke(id, caller.actor())) {
            throw Refusal.notFound("key");
        }
        return ResponseEntity.noContent().build();
    }

    private Connection connection(Caller caller, String municipality, String name) {
        return connections
                .find(municipality, name)
                .filter(found -> caller.serves(municipality))
                .orElseThrow(() -> Refusal.notFound("connection"));
    }

    private Search.DeliveryRow see(Caller caller, String id) {
        return search.delivery(caller.sight(), id).orElseThrow(() -> Refusal.notFound("delivery"));
    }
}
