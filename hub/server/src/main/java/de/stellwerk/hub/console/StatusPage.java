package de.stellwerk.hub.console;

import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Check;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Right;
import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.util.HtmlUtils;

/** One plain page that says how the hub stands: no script, no picture, readable by every browser and reader. */
@Controller
public final class StatusPage {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "dd.MM.yyyy, HH:mm:ss 'Uhr'", Locale.GERMAN)
            .withZone(ZoneId.of("Europe/Berlin"));
    private static final int SHOWN = 20;

    private final Search search;
    private final Operator operator;
    private final Connections connections;
    private final Rounds rounds;
    private final Routes routes;
    private final Clock clock;

    public StatusPage(
            Search search, Operator operator, Connections connections, Rounds rounds, Routes routes, Clock clock) {
        this.search = search;
        this.operator = operator;
        this.connections = connections;
        this.rounds = rounds;
        this.routes = routes;
        this.clock = clock;
    }

    @GetMapping(path = "/status.css", produces = "text/css")
    @ResponseBody
    String style() {
        return """
                body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; color: #171a2b; background: #fff; }
                h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
                .scroll { overflow-x: auto; }
                table { border-collapse: collapse; width: 100%; }
                th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #b5b9ca; vertical-align: top; }
                .good { color: #0b5c2c; } .bad { color: #a3141a; font-weight: 600; }
                @media (prefers-color-scheme: dark) { body { color: #eceef6; background: #12141f; } .good { color: #7fdca0; } .bad { color: #ff9c9c; } }
                """;
    }

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE + ";charset=UTF-8")
    @ResponseBody
    String page(@AuthenticationPrincipal Caller caller) {
        var html = new StringBuilder("""
                <!doctype html>
                <html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="refresh" content="10"><title>Stellwerk – Status</title><link rel="stylesheet" href="/status.css"></head>
                <body><main><h1>Stellwerk – Status</h1>
                """);
        html.append("<p>Stand: ").append(TIME.format(clock.instant())).append("</p>");
        balance(html, caller);
        attention(html, caller);
        connections(html, caller);
        plugins(html);
        connectors(html);
        swaps(html);
        routes(html);
        nodes(html, caller);
        latest(html, caller);
        html.append("<p><a href=\"/statistics\">Formularnutzung</a></p>");
        return html.append("</main></body></html>").toString();
    }

    private void balance(StringBuilder html, Caller caller) {
        var balance = search.balance(caller.sight());
        html.append("<h2>Bilanz</h2>");
        table(
                html,
                List.of(
                        "Angenommen",
                        "Zugestellt",
                        "Abgelehnt",
                        "In Quarantäne",
                        "Geparkt",
                        "Ungewiss",
                        "Abgebrochen",
                        "Abgelegt",
                        "Offen",
                        "Geht auf"),
                List.of(List.of(
                        text(balance.taken()),
                        text(balance.delivered()),
                        text(balance.rejected()),
                        text(balance.quarantined()),
                        text(balance.parked()),
                        text(balance.inDoubt()),
                        text(balance.cancelled()),
                        text(balance.filed()),
                        text(balance.open()),
                        mark(balance.even(), balance.even() ? "ja" : "NEIN"))));
    }

    private void attention(StringBuilder html, Caller caller) {
        html.append("<h2>Zu entscheiden</h2>");
        var messages = List.of("QUARANTINED", "PARKED").stream()
                .flatMap(state -> search
                        .messages(
                                caller.sight(),
                                new Search.Filter(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(state),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        SHOWN))
                        .stream())
                .map(row -> List.of(
                        escape(row.municipality()),
                        "Nachricht " + escape(row.id()),
                        escape(row.kind()),
                        mark(false, row.state().equals("PARKED") ? "geparkt" : "in Quarantäne"),
                        escape(row.code() + " " + row.reason())));
        var deliveries = List.of("PARKED", "IN_DOUBT").stream()
                .flatMap(state -> search
                        .deliveries(
                                caller.sight(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(state),
                                Optional.<UUID>empty(),
                                Optional.empty(),
                                SHOWN)
                        .stream())
                .map(row -> List.of(
                        escape(row.municipality()),
                        "Zustellung Nr. " + row.number(),
                        escape(row.connection()),
                        mark(false, row.state().equals("PARKED") ? "geparkt" : "ungewiss"),
                        escape(row.code() + " " + row.reason())));
        var rows = java.util.stream.Stream.concat(messages, deliveries).toList();
        if (rows.isEmpty()) {
            html.append("<p class=\"good\">Nichts.</p>");
        } else {
            table(html, List.of("Kommune", "Was", "Art", "Zustand", "Grund"), rows);
        }
    }

    private void connections(StringBuilder html, Caller caller) {
        html.append("<h2>Verbindungen</h2>");
        table(
                html,
                List.of("Kommune", "Verbindung", "Konnektor", "Zustand", "Hinweis"),
                connections.all().stream()
                        .filter(each -> caller.serves(each.municipality()))
                        .map(each -> {
                            var failure = rounds.last(each).flatMap(Rounds.Round::failure);
                            var paused = operator.pausedWhy(each.municipality(), each.name());
                            var state =
                                    switch (each.state()) {
                                        case OPEN -> {
                                            boolean well = failure.isEmpty() && each.steady();
                                            yield mark(well, well ? "offen" : "gestört");
                                        }
                                        case READY -> mark(true, "bereit");
                                        case WAITING -> mark(false, "wartet auf Konnektor");
                                        case FAILED -> mark(false, "gestört");
                                        case ISOLATED -> mark(false, "abgetrennt");
                                    };
                            return List.of(
                                    escape(each.municipality()),
                                    escape(each.name()),
                                    escape(each.connector()),
                                    paused.isPresent() ? mark(false, "angehalten") : state,
                                    escape(
                                            paused.orElse(
                                                    failure.orElse(
                                                            each.steady()
                                                                    ? each.stateText(Locale.GERMAN)
                                                                    : "Ziel antwortet nicht; Zustellungen warten, ohne Versuche zu verbrauchen"))));
                        })
                        .toList());
    }

    private void plugins(StringBuilder html) {
        html.append("<h2>Plugins</h2>");
        table(
                html,
                List.of("Datei", "Plugin", "Version", "Zustand", "Hinweis"),
                connections.plugins().stream()
                        .map(each -> List.of(
                                escape(each.file()),
                                escape(each.id()),
                                escape(each.version()),
                                mark(each.code().isEmpty(), each.state().name()),
                                escape(each.text(Locale.GERMAN)) + checks(each.checks())))
                        .toList());
    }

    private void connectors(StringBuilder html) {
        html.append("<h2>Konnektoren</h2>");
        table(
                html,
                List.of("Konnektor", "Was"),
                connections.descriptors().stream()
                        .map(each -> List.of(
                                "<a href=\"/connectors/" + escape(each.name()) + "\">" + escape(each.name()) + "</a>",
                                escape(each.title())))
                        .toList());
    }

    private void swaps(StringBuilder html) {
        var swaps = connections.swaps();
        if (swaps.isEmpty()) {
            return;
        }
        html.append("<h2>Wechsel von Plugins</h2>");
        table(
                html,
                List.of("Zeit", "Plugin", "Von", "Nach", "Ergebnis", "Zugestellt", "Verloren", "Doppelt", "Grund"),
                swaps.stream()
                        .limit(SHOWN)
                        .map(each -> List.of(
                                TIME.format(each.ended()),
                                escape(each.plugin()),
                                escape(each.from()),
                                escape(each.to()),
                                switch (each.result()) {
                                    case KEPT -> mark(true, "bewährt");
                                    case RETURNED -> mark(false, "zurückgenommen");
                                    case CUT_SHORT -> mark(true, "abgelöst");
                                },
                                text(each.delivered()),
                                mark(each.lost() == 0, text(each.lost())),
                                mark(each.twice() == 0, text(each.twice())),
                                escape(each.german())))
                        .toList());
    }

    /** What a jar was held against, folded away unless somebody should look at it. */
    private static String checks(List<Check> checks) {
        if (checks.stream().allMatch(each -> each.outcome() == Check.Outcome.NOT_REACHED)) {
            return "";
        }
        boolean good = checks.stream()
                .noneMatch(each -> each.outcome() == Check.Outcome.FAILED || each.outcome() == Check.Outcome.WARNING);
        return checks.stream()
                .map(each -> "<li>" + escape(each.name()) + ": " + outcome(each.outcome()) + " "
                        + escape(each.text(Locale.GERMAN)) + "</li>")
                .collect(Collectors.joining(
                        "",
                        "<details" + (good ? "" : " open") + "><summary>Prüfungen</summary><ol>",
                        "</ol></details>"));
    }

    private static String outcome(Check.Outcome outcome) {
        return switch (outcome) {
            case PASSED -> mark(true, "bestanden");
            case WARNING -> mark(false, "Warnung");
            case FAILED -> mark(false, "nicht bestanden");
            case NOT_REACHED -> "nicht erreicht";
        };
    }

    private void routes(StringBuilder html) {
        html.append("<h2>Routen</h2>");
        table(
                html,
                List.of("Datei", "Zustand", "Hinweis"),
                routes.status().stream()
                        .map(each -> List.of(
                                escape(each.file()),
                                mark(each.problems().isEmpty(), each.problems().isEmpty() ? "aktiv" : "Fehler"),
                                escape(
                                        each.problems().isEmpty()
                                                ? ""
                                                : each.problems().get(0).text())))
                        .toList());
    }

    /** For whoever looks after the hub as a whole. */
    private void nodes(StringBuilder html, Caller caller) {
        if (!caller.rights().contains(Right.ADMIN)) {
            return;
        }
        html.append("<h2>Knoten</h2>");
        table(
                html,
                List.of("Knoten", "Epoche", "Zustand", "Seit", "Letzter Puls", "Quellen", "Versuche"),
                search.nodes().stream()
                        .map(row -> List.of(
                                escape(row.node()),
                                text(row.epoch()),
                                mark(
                                        !row.state().equals("SILENT"),
                                        switch (row.state()) {
                                            case "ALIVE" -> "lebt";
                                            case "SILENT" -> "stumm";
                                            default -> "beendet";
                                        }),
                                TIME.format(row.startedAt()),
                                row.lastPulse() == null ? "" : TIME.format(row.lastPulse()),
                                text(row.sources()),
                                text(row.attempts())))
                        .toList());
    }

    private void latest(StringBuilder html, Caller caller) {
        html.append("<h2>Zuletzt angenommen</h2>");
        table(
                html,
                List.of("Zeit", "Kommune", "Art", "Vorgang", "Zustand", "Nachricht"),
                search
                        .messages(
                                caller.sight(),
                                new Search.Filter(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        SHOWN))
                        .stream()
                        .map(row -> List.of(
                                TIME.format(row.acceptedAt()),
                                escape(row.municipality()),
                                escape(row.kind()),
                                escape(row.caseId()),
                                escape(row.state()),
                                escape(row.id())))
                        .toList());
    }

    /** Cells are HTML already. */
    static void table(StringBuilder html, List<String> heads, List<List<String>> rows) {
        html.append("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        heads.forEach(head -> html.append("<th scope=\"col\">").append(head).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (var row : rows) {
            html.append("<tr>");
            row.forEach(cell -> html.append("<td>").append(cell).append("</td>"));
            html.append("</tr>");
        }
        html.append("</tbody></table></div>");
    }

    private static String mark(boolean good, String text) {
        return "<span class=\"" + (good ? "good" : "bad") + "\">" + escape(text) + "</span>";
    }

    static String text(long number) {
        return String.format(Locale.GERMAN, "%,d", number);
    }

    static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }
}
