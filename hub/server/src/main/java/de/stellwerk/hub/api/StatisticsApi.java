package de.stellwerk.hub.api;

import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.security.Caller;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** How often which form was used: counts by day, nothing of a person. */
@RestController
final class StatisticsApi {

    private static final int MOST_DAYS = 366;

    private final Search search;
    private final Clock clock;

    StatisticsApi(Search search, Clock clock) {
        this.search = search;
        this.clock = clock;
    }

    /** Without days: the last 30. */
    @GetMapping("/api/v1/statistics/forms")
    List<Search.FormUse> forms(
            @AuthenticationPrincipal Caller caller,
            @RequestParam Optional<String> municipality,
            @RequestParam Optional<LocalDate> from,
            @RequestParam Optional<LocalDate> to) {
        var last = to.orElseGet(() -> LocalDate.now(clock.withZone(ZoneId.of("Europe/Berlin"))));
        var first = from.orElseGet(() -> last.minusDays(29));
        if (last.isBefore(first) || first.plusDays(MOST_DAYS).isBefore(last)) {
            throw Refusal.badRequest(
                    "statistics.days",
                    "Ask for at most " + MOST_DAYS + " days, 'from' not after 'to'. Both are included.");
        }
        return search.forms(caller.sight(), municipality, first, last);
    }

    /** The same for spreadsheets: RFC 4180, UTF-8, with a line of names. No value needs quotes: none has a comma, a quote or a line end. */
    @GetMapping(path = "/api/v1/statistics/forms.csv", produces = "text/csv;charset=UTF-8")
    ResponseEntity<String> csv(
            @AuthenticationPrincipal Caller caller,
            @RequestParam Optional<String> municipality,
            @RequestParam Optional<LocalDate> from,
            @RequestParam Optional<LocalDate> to) {
        var lines = forms(caller, municipality, from, to).stream()
                .map(row -> row.day() + "," + row.municipality() + "," + row.service() + "," + row.form() + ","
                        + row.count() + "," + row.quarantined() + "\r\n")
                .collect(Collectors.joining());
        return ResponseEntity.ok()
                .header("Content-Disposition", "attachment; filename=forms.csv")
                .body("day,municipality,service,form,count,quarantined\r\n" + lines);
    }
}
