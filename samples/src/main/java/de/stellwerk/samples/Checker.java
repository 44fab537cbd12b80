package de.stellwerk.samples;

import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Journal.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares the books: what the senders wrote down, what the receivers wrote down, and the hub's balance. Every acknowledged form must be
 * exactly one register entry, every accepted entry exactly one order, every right payment exactly one booking of the same amount, every
 * notice in order exactly one file and one receipt, and nothing else may have arrived anywhere. The receivers' side comes from their own
 * journals and folders only.
 */
public final class Checker {

    /**
     * What a day may do.
     *
     * @param doubtful how many mailbox receipts may be in doubt
     * @param heldInputs how many hostile inputs the hub holds in quarantine
     */
    public record Allowed(int doubtful, int heldInputs) {}

    /** One line of the result table; amounts in cents. */
    public record Row(
            String caseId,
            String form,
            String register,
            String payment,
            String booking,
            String notice,
            String receipt) {}

    /** How many of one sort were sent, and what became of them. */
    public record Kind(String name, int sent, int delivered, int refused, int stopped, int doubtful) {}

    /** The way of the money in Pirna; sums in cents. */
    public record Chain(
            int forms,
            int entries,
            int accepted,
            int refused,
            int orders,
            long ordered,
            int rightPayments,
            long paid,
            int wrongPayments,
            long wronglyPaid,
            int bookings,
            long booked) {

        /** What was ordered of those who paid the right amount. */
        public boolean even(long orderedByRightPayers) {
            return orderedByRightPayers == paid && paid == booked;
        }
    }

    /**
     * The outcome.
     *
     * @param missing what has not arrived, or not yet
     * @param wrong what must never be, however long one waits
     * @param repeats how often a receiver recognised a repeat
     */
    public record Result(
            List<Row> rows,
            List<Kind> kinds,
            Chain chain,
            long orderedByRightPayers,
            List<String> missing,
            List<String> wrong,
            int repeats,
            int duplicatesAtDoor) {

        public boolean complete() {
            return missing.isEmpty();
        }

        public boolean good() {
            return missing.isEmpty() && wrong.isEmpty() && chain.even(orderedByRightPayers);
        }
    }

    private static final String PIRNA = "14628270";

    private final Allowed allowed;
    private final Balance balance;
    private final List<Line> portal;
    private final List<Line> register;
    private final List<Line> leipzig;
    private final List<Line> payment;
    private final List<Line> finance;
    private final List<Line> mailbox;
    private final List<Line> notices;
    private final Map<String, Integer> filed = new HashMap<>();
    private final List<String> filedTexts = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    private Checker(Journals journals, Path records, Balance balance, Allowed allowed) throws IOException {
        this.allowed = allowed;
        this.balance = balance;
        this.portal = new ArrayList<>(Journal.read(journals.portal()));
        portal.addAll(Journal.read(journals.hostile()));
        this.register = Journal.read(journals.register());
        this.leipzig = Journal.read(journals.leipzig());
        this.payment = Journal.read(journals.payment());
        this.finance = Journal.read(journals.finance());
        this.mailbox = Journal.read(journals.mailbox());
        this.notices = Journal.read(journals.notices());
        readRecords(records);
    }

    /**
     * Compares everything as it is now.
     *
     * @param records the folder into which Pirna's records system is given its files
     */
    public static Result check(Journals journals, Path records, Balance balance, Allowed allowed) throws IOException {
        return new Checker(journals, records, balance, allowed).check();
    }

    private void readRecords(Path records) throws IOException {
        try (var files = Files.newDirectoryStream(records)) {
            for (var file : files) {
                if (!file.getFileName().toString().endsWith(".tmp")) {
                    var bytes = Files.readAllBytes(file);
                    filed.merge(Journal.sha512(bytes), 1, Integer::sum);
                    filedTexts.add(new String(bytes, StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    private Result check() {
        var kinds = new ArrayList<Kind>();
        var acknowledged = acknowledged();
        var pirna = forms(true, acknowledged);
        var leipzigForms = forms(false, acknowledged);
        var chain = pirna(pirna, acknowledged);
        kinds.add(new Kind("Gewerbeanmeldung Pirna", pirna.size(), chain.entries(), 0, 0, 0));
        var arrived = leipzig(leipzigForms, acknowledged);
        kinds.add(new Kind("Gewerbeanmeldung Leipzig", leipzigForms.size(), arrived, 0, 0, 0));
        var good = notices(true);
        kinds.add(good);
        kinds.add(notices(false));
        for (var lines : List.of(register, leipzig, finance)) {
            lines.stream()
                    .filter(line -> line.event().equals("unreadable"))
                    .forEach(line ->
                            wrong.add("nicht lesbar beim Empfänger: " + line.text("key") + " " + line.text("why")));
        }
        balance(chain, arrived, good);
        var repeats = List.of(register, leipzig, payment, finance).stream()
                .mapToInt(lines -> (int) count(lines, "repeated"))
                .sum();
        var duplicates = (int) portal.stream()
                .filter(line ->
                        line.event().equals("answer") && line.text("outcome").equals("DUPLICATE"))
                .count();
        return new Result(
                List.copyOf(rows),
                List.copyOf(kinds),
                chain,
                orderedByRightPayers(),
                List.copyOf(missing),
                List.copyOf(wrong),
                repeats,
                duplicates);
    }

    private static long count(List<Line> lines, String event) {
        return lines.stream().filter(line -> line.event().equals(event)).count();
    }

    /** Key to the hub's receipt id. */
    private Map<String, String> acknowledged() {
        var ids = new HashMap<String, String>();
        for (var line : portal) {
            if (!line.event().equals("answer") || !line.flag("yes")) {
                continue;
            }
            var known = ids.putIfAbsent(line.text("key"), line.text("id"));
            if (known != null && !known.equals(line.text("id"))) {
                wrong.add("zwei verschiedene Quittungen für " + line.text("key"));
            }
        }
        return ids;
    }

    /** The forms that should get through. */
    private List<Line> forms(boolean pirna, Map<String, String> acknowledged) {
        var answers = portal.stream()
                .filter(line -> line.event().equals("answer"))
                .collect(Collectors.groupingBy(line -> line.text("key")));
        var forms = portal.stream()
                .filter(line ->
                        line.event().equals("form") && line.text("municipality").equals(PIRNA) == pirna)
                .toList();
        for (var form : forms) {
            var key = form.text("key");
            if (!acknowledged.containsKey(key)) {
                missing.add("keine Quittung für " + form.text("case"));
            }
            for (var answer : answers.getOrDefault(key, List.of())) {
                if (answer.flag("yes") && !answer.flag("intact")) {
                    wrong.add("die Quittung nennt andere Bytes als gesendet: " + form.text("case"));
                }
                if (answer.text("outcome").equals("QUARANTINED")) {
                    wrong.add("angehalten, obwohl in Ordnung: " + form.text("case") + " " + answer.text("code"));
                }
            }
        }
        return forms;
    }

    private static Map<String, List<Line>> group(List<Line> lines, String event, String by) {
        return lines.stream()
                .filter(line -> line.event().equals(event))
                .collect(Collectors.groupingBy(line -> line.text(by), LinkedHashMap::new, Collectors.toList()));
    }

    /** What must be there exactly once; empty if it is not there, and a line in the books if it is missing or doubled. */
    private List<Line> once(Map<String, List<Line>> lines, String key, boolean expected, String what) {
        var found = lines.getOrDefault(key, List.of());
        if (expected && found.isEmpty()) {
            missing.add(what + " fehlt: " + key);
        } else if (found.size() > (expected ? 1 : 0)) {
            wrong.add(what + (expected ? " doppelt: " : " hätte es nicht geben dürfen: ") + key);
        }
        return found.isEmpty() ? found : found.subList(0, 1);
    }

    private Chain pirna(List<Line> forms, Map<String, String> acknowledged) {
        var entries = group(register, "entry", "case");
        var answers = group(register, "answer", "case");
        var orders = group(payment, "order", "case");
        var payments = group(payment, "payment", "kassenzeichen");
        var bookings = group(finance, "booking", "kassenzeichen");
        var known = forms.stream().map(form -> form.text("case")).collect(Collectors.toSet());
        unknown(entries, known::contains, "Registereintrag ohne Formular");
        unknown(orders, known::contains, "Zahlungsauftrag ohne Formular");
        var kassenzeichen = payment.stream()
                .filter(line -> line.event().equals("order"))
                .collect(Collectors.toMap(line -> line.text("kassenzeichen"), line -> line, (a, b) -> a));
        unknown(bookings, kassenzeichen::containsKey, "Buchung ohne Zahlungsauftrag");
        var accepted = 0;
        var refused = 0;
        var entered = 0;
        for (var form : forms) {
            var caseId = form.text("case");
            var id = acknowledged.getOrDefault(form.text("key"), "");
            var entry = once(entries, caseId, !id.isEmpty(), "Registereintrag");
            once(answers, caseId, !entry.isEmpty(), "Antwort des Registers");
            var isAccepted = !entry.isEmpty() && entry.get(0).flag("accepted");
            var isRefused = !entry.isEmpty() && !isAccepted;
            entered += entry.size();
            accepted += isAccepted ? 1 : 0;
            refused += isRefused ? 1 : 0;
            var order = once(orders, caseId, isAccepted, "Zahlungsauftrag");
            if (isAccepted
                    && !order.isEmpty()
                    && order.get(0).number("cents") != entry.get(0).number("cents")) {
                wrong.add("Betrag des Auftrags ist nicht die Gebühr: " + caseId);
            }
            if (isRefused) {
                refusal(caseId);
            }
            rows.add(row(form, id, entry, order, payments, bookings));
        }
        var rightPayments = rightPayments();
        var wrongPayments = payment.stream()
                .filter(line -> line.event().equals("payment") && line.number("cents") != line.number("ordered"))
                .toList();
        var allBookings =
                finance.stream().filter(line -> line.event().equals("booking")).toList();
        return new Chain(
                forms.size(),
                entered,
                accepted,
                refused,
                (int) count(payment, "order"),
                sum(payment.stream()
                        .filter(line -> line.event().equals("order"))
                        .toList()),
                rightPayments.size(),
                sum(rightPayments),
                wrongPayments.size(),
                sum(wrongPayments),
                allBookings.size(),
                sum(allBookings));
    }

    private Row row(
            Line form,
            String id,
            List<Line> entry,
            List<Line> order,
            Map<String, List<Line>> payments,
            Map<String, List<Line>> bookings) {
        var paid = List.<Line>of();
        var booked = List.<Line>of();
        if (!order.isEmpty()) {
            var kassenzeichen = order.get(0).text("kassenzeichen");
            paid = once(payments, kassenzeichen, true, "Zahlung");
            var right = !paid.isEmpty()
                    && paid.get(0).number("cents") == order.get(0).number("cents");
            booked = once(bookings, kassenzeichen, right, "Buchung");
            if (right
                    && !booked.isEmpty()
                    && booked.get(0).number("cents") != paid.get(0).number("cents")) {
                wrong.add("gebucht wurde ein anderer Betrag als bezahlt: " + kassenzeichen);
            }
        }
        return new Row(
                form.text("case"),
                id.isEmpty() ? "ohne Quittung" : "quittiert",
                entry.isEmpty() ? "" : entry.get(0).flag("accepted") ? "angenommen" : "abgelehnt",
                paid.isEmpty() ? "" : Money.euros(paid.get(0).number("cents")),
                booked.isEmpty() ? "" : Money.euros(booked.get(0).number("cents")),
                "",
                id);
    }

    /** A refusal goes to the records, once. */
    private void refusal(String caseId) {
        var copies = filedTexts.stream().filter(text -> text.contains(caseId)).count();
        if (copies == 0) {
            missing.add("Ablehnung fehlt in der Ablage: " + caseId);
        } else if (copies > 1) {
            wrong.add("Ablehnung doppelt in der Ablage: " + caseId);
        }
    }

    private void unknown(Map<String, List<Line>> lines, java.util.function.Predicate<String> known, String what) {
        lines.keySet().stream().filter(known.negate()).forEach(key -> wrong.add(what + ": " + key));
    }

    private List<Line> rightPayments() {
        return payment.stream()
                .filter(line -> line.event().equals("payment") && line.number("cents") == line.number("ordered"))
                .toList();
    }

    private long orderedByRightPayers() {
        return rightPayments().stream()
                .mapToLong(line -> line.number("ordered"))
                .sum();
    }

    private static long sum(List<Line> lines) {
        return lines.stream().mapToLong(line -> line.number("cents")).sum();
    }

    private int leipzig(List<Line> forms, Map<String, String> acknowledged) {
        var entries = group(leipzig, "entry", "case");
        var known = forms.stream().map(form -> form.text("case")).collect(Collectors.toSet());
        unknown(entries, known::contains, "Leipziger Eintrag ohne Formular");
        var arrived = 0;
        for (var form : forms) {
            var id = acknowledged.getOrDefault(form.text("key"), "");
            var entry = once(entries, form.text("case"), !id.isEmpty(), "Leipziger Eintrag");
            arrived += entry.size();
            rows.add(new Row(
                    form.text("case"),
                    id.isEmpty() ? "ohne Quittung" : "quittiert",
                    entry.isEmpty() ? "" : "eingetragen",
                    "",
                    "",
                    "",
                    id));
        }
        return arrived;
    }

    private Kind notices(boolean good) {
        var receipts = receipts();
        var delivered = 0;
        var returned = 0;
        var sent = notices.stream()
                .filter(line ->
                        line.event().equals("notice") && line.text("code").isEmpty() == good)
                .toList();
        for (var notice : sent) {
            var key = notice.text("key");
            var hash = notice.text("sha512");
            var files = filed.getOrDefault(hash, 0);
            var receipt = receipts.getOrDefault(hash, 0);
            if (files > (good ? 1 : 0)) {
                wrong.add(
                        (good ? "Mitteilung doppelt in der Ablage: " : "nicht in Ordnung, aber weitergegeben: ") + key);
            }
            if (receipt > (good ? 1 : 0)) {
                wrong.add((good ? "Quittung doppelt: " : "Quittung für etwas, das nicht in Ordnung ist: ") + key);
            }
            if (good && files == 0) {
                missing.add("Mitteilung fehlt in der Ablage: " + key);
            }
            delivered += files > 0 ? 1 : 0;
            returned += receipt > 0 ? 1 : 0;
            rows.add(new Row(
                    key,
                    "",
                    "",
                    "",
                    "",
                    files > 0 ? "in der Ablage" : good ? "fehlt" : "angehalten (" + notice.text("code") + ")",
                    receipt > 0 ? "zurückgesandt" : ""));
        }
        if (good) {
            // A receipt in doubt may or may not have arrived: a person decides, and the hub sends no second one by
            // itself.
            var absent = sent.size() - returned;
            if (absent > balance.at("inDoubt")) {
                missing.add((absent - balance.at("inDoubt")) + " Quittungen an die Kanzlei fehlen");
            }
            return new Kind(
                    "Signierte Mitteilung, in Ordnung", sent.size(), delivered, 0, 0, (int) balance.at("inDoubt"));
        }
        return new Kind("Signierte Mitteilung, verfälscht", sent.size(), delivered, 0, sent.size() - delivered, 0);
    }

    /** Receipts by the hash of the document they acknowledge; each mail counts, also one that came twice. */
    private Map<String, Integer> receipts() {
        var counted = new HashMap<String, Integer>();
        mailbox.stream()
                .filter(line -> line.event().equals("receipt"))
                .flatMap(line ->
                        List.of(line.text("sha512s").split(" ")).stream().distinct())
                .forEach(hash -> counted.merge(hash, 1, Integer::sum));
        return counted;
    }

    private void balance(Chain chain, int leipzigEntries, Kind goodNotices) {
        if (!balance.even()) {
            wrong.add("die Bilanz des Hubs geht nicht auf: " + balance);
        }
        if (balance.at("open") > 0) {
            missing.add("noch offen im Hub: " + balance.at("open"));
        }
        for (var place : List.of("parked", "rejected", "cancelled")) {
            if (balance.at(place) > 0) {
                wrong.add("unerwartet: " + place + " " + balance.at(place));
            }
        }
        if (balance.at("inDoubt") > allowed.doubtful()) {
            wrong.add("zu viele im Zweifel: " + balance.at("inDoubt") + ", erlaubt " + allowed.doubtful());
        }
        var badNotices = notices.stream()
                .filter(line ->
                        line.event().equals("notice") && !line.text("code").isEmpty())
                .count();
        var held = badNotices + chain.wrongPayments() + allowed.heldInputs();
        compare("quarantined", held, held, "angehalten");
        // What the hub delivered, counted from what arrived: forms, orders, refusals, bookings, notices and their
        // receipts.
        var arrived = chain.entries()
                + chain.orders()
                + chain.refused()
                + chain.bookings()
                + leipzigEntries
                + goodNotices.delivered()
                + goodNotices.sent();
        compare("delivered", arrived - balance.at("inDoubt"), arrived, "zugestellt");
    }

    private void compare(String place, long atLeast, long atMost, String what) {
        var said = balance.at(place);
        if (said < atLeast) {
            missing.add(what + " laut Hub " + said + ", nach den Büchern der anderen " + atLeast);
        } else if (said > atMost) {
            // Its counterpart may have it in its folder but not in its journal yet.
            missing.add(what + " laut Hub " + said + ", nach den Büchern der anderen " + atMost);
        }
    }

    /** The rows as CSV for a spreadsheet: semicolons, a header, UTF-8; nothing in it starts a formula. */
    public static String csv(List<Row> rows) {
        Function<String, String> safe = text -> text.matches("^[=+@\\-].*") ? "'" + text : text;
        var lines = rows.stream()
                .map(row -> List.of(
                                row.caseId(),
                                row.form(),
                                row.register(),
                                row.payment(),
                                row.booking(),
                                row.notice(),
                                row.receipt())
                        .stream()
                        .map(safe)
                        .map(text -> text.replace(";", ","))
                        .collect(Collectors.joining(";")))
                .collect(Collectors.joining("\n"));
        return "Vorgang;Formular;Register;Zahlung;Buchung;Signierte Mitteilung;Quittung\n" + lines + "\n";
    }
}
