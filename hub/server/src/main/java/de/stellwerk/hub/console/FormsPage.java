package de.stellwerk.hub.console;

import static de.stellwerk.hub.console.StatusPage.escape;
import static de.stellwerk.hub.console.StatusPage.text;

import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.security.Caller;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** How often which form was used in the last 30 days; the newest day first. */
@Controller
public final class FormsPage {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd.MM.yyyy");

    private final Search search;
    private final Clock clock;

    public FormsPage(Search search, Clock clock) {
        this.search = search;
        this.clock = clock;
    }

    @GetMapping(path = "/statistics", produces = MediaType.TEXT_HTML_VALUE + ";charset=UTF-8")
    @ResponseBody
    String page(@AuthenticationPrincipal Caller caller) {
        var today = LocalDate.now(clock.withZone(ZoneId.of("Europe/Berlin")));
        var rows = search.forms(caller.sight(), Optional.empty(), today.minusDays(29), today).stream()
                .sorted((a, b) -> b.day().compareTo(a.day()))
                .map(row -> List.of(
                        DAY.format(row.day()),
                        escape(row.municipality()),
                        escape(row.service()),
                        escape(row.form()),
                        text(row.count()),
                        text(row.quarantined())))
                .toList();
        var html = new StringBuilder("""
                <!doctype html>
                <html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Stellwerk – Formularnutzung</title><link rel="stylesheet" href="/status.css"></head>
                <body><main><h1>Stellwerk – Formularnutzung</h1>
                <p>Die letzten 30 Tage. <a href="/api/v1/statistics/forms.csv">Als CSV</a> · <a href="/">Status</a></p>
                """);
        StatusPage.table(html, List.of("Tag", "Kommune", "Leistung", "Formular", "Anzahl", "In Quarantäne"), rows);
        return html.append("</main></body></html>").toString();
    }
}
