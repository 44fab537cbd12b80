package de.stellwerk.samples;

import de.stellwerk.samples.letters.Hostile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The result of a day, in German, for somebody who has just watched it. */
final class Report {

    private static final int SHOWN_ROWS = 12;
    private static final int SHOWN_PROBLEMS = 20;

    private final PrintStream out;
    private final Home home;

    Report(PrintStream out, Home home) {
        this.out = out;
        this.home = home;
    }

    void print(Demo.Outcome day) throws IOException {
        Files.writeString(home.result(), Checker.csv(day.books().rows()));
        kinds(day);
        chain(day.books());
        rows(day.books().rows());
        hostile(day.hostile());
        kills(day.kills());
        problems(day.books());
        balance(day);
        places();
        out.println();
        out.printf(
                "%s  %s (%d s)%n",
                mark(day.good()),
                day.good() ? "Alles ist erklärt, alle Bücher stimmen überein." : "Die Bücher stimmen nicht überein.",
                day.time().toSeconds());
    }

    private void kinds(Demo.Outcome day) {
        title("Ergebnis nach Art");
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("Art", "geschickt", "zugestellt", "abgelehnt", "angehalten", "im Zweifel"));
        for (var kind : day.books().kinds()) {
            lines.add(List.of(
                    kind.name(),
                    "" + kind.sent(),
                    "" + kind.delivered(),
                    "" + kind.refused(),
                    "" + kind.stopped(),
                    "" + kind.doubtful()));
        }
        if (!day.hostile().isEmpty()) {
            var held = day.hostile().stream().filter(HostileRun.Outcome::held).count();
            var harmless = day.hostile().stream()
                    .filter(each -> each.input().expected() == Hostile.Expected.HARMLESS)
                    .count();
            lines.add(List.of(
                    "Feindliche Eingaben",
                    "" + day.hostile().size(),
                    "" + harmless,
                    "" + (day.hostile().size() - held - harmless),
                    "" + held,
                    "0"));
        }
        table(lines);
        out.println(
                "Vom Hub erkannte Wiederholungen: " + day.books().duplicatesAtDoor() + ", von den Empfängern erkannte: "
                        + day.books().repeats() + " (nichts davon wurde zweimal verarbeitet)");
    }

    private void chain(Checker.Result books) {
        var chain = books.chain();
        title("Vom Formular zur Buchung (Pirna)");
        table(List.of(
                List.of("Schritt", "Anzahl", "Summe in Cent", "Summe"),
                List.of("Formulare", "" + chain.forms(), "", ""),
                List.of("Registereinträge", "" + chain.entries(), "", ""),
                List.of("  davon angenommen", "" + chain.accepted(), "", ""),
                List.of("  davon abgelehnt", "" + chain.refused(), "", ""),
                money("Zahlungsaufträge", chain.orders(), chain.ordered()),
                money("  davon richtig bezahlt", chain.rightPayments(), chain.paid()),
                money("  falsch bezahlt, angehalten", chain.wrongPayments(), chain.wronglyPaid()),
                money("Buchungen", chain.bookings(), chain.booked())));
        out.printf(
                "bestellt (richtig bezahlte) %d = bezahlt %d = gebucht %d Cent  %s%n",
                books.orderedByRightPayers(),
                chain.paid(),
                chain.booked(),
                mark(chain.even(books.orderedByRightPayers())));
    }

    private static List<String> money(String name, int count, long cents) {
        return List.of(name, "" + count, "" + cents, Money.euros(cents));
    }

    private void rows(List<Checker.Row> rows) {
        title("Die ersten Fälle (alle in ergebnis.csv)");
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("Vorgang", "Formular", "Register", "Zahlung", "Buchung", "Quittung"));
        rows.stream()
                .limit(SHOWN_ROWS)
                .forEach(row -> lines.add(List.of(
                        row.caseId(),
                        row.form(),
                        row.register(),
                        row.payment(),
                        row.booking(),
                        shortened(row.receipt()))));
        table(lines);
    }

    private static String shortened(String id) {
        return id.length() > 13 ? id.substring(0, 12) + "…" : id;
    }

    private void hostile(List<HostileRun.Outcome> outcomes) {
        if (outcomes.isEmpty()) {
            return;
        }
        title("Feindliche Eingaben");
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("Eingabe", "erwartet", "bekommen", "", "danach"));
        outcomes.forEach(each -> lines.add(List.of(
                each.input().name(),
                each.wanted(),
                each.got(),
                mark(each.asExpected()),
                each.nextPassed() ? "gutes Formular angenommen ✓" : "gutes Formular nicht angenommen ✗")));
        table(lines);
    }

    private void kills(List<Demo.Kill> kills) {
        if (kills.isEmpty()) {
            return;
        }
        title("Abbrüche des Hubs (kill -9) unter Last");
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("Abbruch", "im Hub offen", "unbeantwortet", "unterwegs zum Register"));
        kills.forEach(each -> lines.add(
                List.of("" + each.number(), "" + each.open(), "" + each.unanswered(), "" + each.travelling())));
        table(lines);
        var busy = kills.stream().filter(Demo.Kill::somethingInFlight).count();
        out.println("Bei " + busy + " von " + kills.size() + " Abbrüchen war etwas unterwegs.");
    }

    private void problems(Checker.Result books) {
        problems("Fehlt", books.missing());
        problems("Darf nicht sein", books.wrong());
    }

    private void problems(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            title(title + " (" + lines.size() + ")");
            lines.stream().limit(SHOWN_PROBLEMS).forEach(line -> out.println("  ✗ " + line));
        }
    }

    private void balance(Demo.Outcome day) {
        title("Bilanz des Hubs");
        out.println(day.balance() + "  " + mark(day.balance().even()));
    }

    private void places() {
        title("Wo nachsehen");
        table(List.of(
                List.of("Alle Fälle", home.result().toString()),
                List.of("Ordner der Stadt", home.town().toString()),
                List.of("Bücher der Systeme", home.journals().folder().toString()),
                List.of("Protokolle", home.logs().toString()),
                List.of(
                        "Weiterlaufen lassen",
                        "bin/stellwerk demo --stay  (Statusseite unter der Adresse, die dann genannt wird)")));
    }

    private void title(String text) {
        out.println();
        out.println(text);
        out.println("─".repeat(text.length()));
    }

    private static String mark(boolean good) {
        return good ? "✓" : "✗";
    }

    private void table(List<List<String>> lines) {
        var widths = new int[lines.get(0).size()];
        for (var line : lines) {
            for (var i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (var line : lines) {
            var cells = new ArrayList<String>();
            for (var i = 0; i < line.size(); i++) {
                var text = line.get(i);
                var isNumber = i > 0 && text.matches("-?[0-9.,]+( €)?");
                cells.add(
                        isNumber
                                ? " ".repeat(widths[i] - text.length()) + text
                                : text + " ".repeat(widths[i] - text.length()));
            }
            out.println(cells.stream().collect(Collectors.joining("  ")).stripTrailing());
        }
    }
}
