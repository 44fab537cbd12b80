package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {

    private static final byte[] NOTICE = "<mitteilung/>".getBytes(StandardCharsets.UTF_8);

    private final Map<String, Long> places = new LinkedHashMap<>();

    @TempDir
    private Path folder;

    private Journals journals;
    private Path records;

    /** Two cases in Pirna (one accepted, one refused), one in Leipzig, one notice: all in order. */
    @BeforeEach
    void aGoodDay() throws IOException {
        journals = new Journals(folder);
        records = Files.createDirectory(folder.resolve("ablage"));
        form("k1", "PIR-1", "14628270");
        form("k2", "PIR-2", "14628270");
        form("k3", "LEJ-1", "14713000");
        entry("a.xml", "PIR-1", true, 2_600);
        entry("b.xml", "PIR-2", false, 0);
        Files.writeString(records.resolve("refusal.xml"), "<antwort><vorgang>PIR-2</vorgang></antwort>");
        note(journals.payment(), "order", "key", "t1", "case", "PIR-1", "kassenzeichen", "100", "cents", 2_600);
        note(journals.payment(), "payment", "kassenzeichen", "100", "cents", 2_600, "ordered", 2_600);
        note(journals.finance(), "booking", "key", "1", "kassenzeichen", "100", "cents", 2_600);
        note(journals.leipzig(), "entry", "key", "x", "case", "LEJ-1");
        note(journals.notices(), "notice", "key", "<1@k>", "code", "", "sha512", Journal.sha512(NOTICE));
        Files.write(records.resolve("notice.xml"), NOTICE);
        note(journals.mailbox(), "receipt", "key", "<r1@hub>", "sha512s", Journal.sha512(NOTICE));
        places.putAll(Map.of("delivered", 8L, "quarantined", 0L, "inDoubt", 0L, "open", 0L));
    }

    @Test
    void aGoodDayIsGood() throws IOException {
        var result = check();

        assertThat(result.missing()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        assertThat(result.good()).isTrue();
        assertThat(result.rows()).hasSize(4);
        assertThat(result.chain().booked()).isEqualTo(2_600);
    }

    @Test
    void aDoubledEntryIsWrong() throws IOException {
        entry("c.xml", "PIR-1", true, 2_600);

        assertThat(check().wrong()).anyMatch(line -> line.contains("doppelt: PIR-1"));
    }

    @Test
    void anEntryNobodySentIsWrong() throws IOException {
        entry("c.xml", "PIR-9", true, 2_600);

        assertThat(check().wrong()).contains("Registereintrag ohne Formular: PIR-9");
    }

    @Test
    void anAcknowledgedFormThatDidNotArriveIsMissing() throws IOException {
        form("k4", "LEJ-2", "14713000");

        assertThat(check().missing()).contains("Leipziger Eintrag fehlt: LEJ-2");
    }

    @Test
    void aFormWithoutReceiptIsMissing() throws IOException {
        note(journals.portal(), "form", "key", "k4", "case", "LEJ-2", "municipality", "14713000");

        assertThat(check().missing()).contains("keine Quittung für LEJ-2");
    }

    @Test
    void aDoubledBookingIsWrong() throws IOException {
        note(journals.finance(), "booking", "key", "2", "kassenzeichen", "100", "cents", 2_600);

        var result = check();

        assertThat(result.wrong()).contains("Buchung doppelt: 100");
        assertThat(result.good()).isFalse();
    }

    @Test
    void aBookingOfAnotherAmountIsWrong() throws IOException {
        Files.delete(journals.finance());
        note(journals.finance(), "booking", "key", "1", "kassenzeichen", "100", "cents", 2_601);

        assertThat(check().good()).isFalse();
    }

    @Test
    void aWrongPaymentMustNotBeBooked() throws IOException {
        Files.delete(journals.payment());
        note(journals.payment(), "order", "key", "t1", "case", "PIR-1", "kassenzeichen", "100", "cents", 2_600);
        note(journals.payment(), "payment", "kassenzeichen", "100", "cents", 2_500, "ordered", 2_600);

        assertThat(check().wrong()).contains("Buchung hätte es nicht geben dürfen: 100");

        Files.delete(journals.finance());
        places.put("delivered", 7L);
        places.put("quarantined", 1L);
        assertThat(check().good()).isTrue();
    }

    @Test
    void anAlteredNoticeThatWasForwardedIsWrong() throws IOException {
        var altered = "<mitteilung>anders</mitteilung>".getBytes(StandardCharsets.UTF_8);
        note(journals.notices(), "notice", "key", "<2@k>", "code", "sig.altered", "sha512", Journal.sha512(altered));
        places.put("quarantined", 1L);
        assertThat(check().good()).isTrue();

        Files.write(records.resolve("altered.xml"), altered);

        assertThat(check().wrong()).contains("nicht in Ordnung, aber weitergegeben: <2@k>");
    }

    @Test
    void aSecondReceiptIsWrong() throws IOException {
        note(journals.mailbox(), "receipt", "key", "<r2@hub>", "sha512s", Journal.sha512(NOTICE));

        assertThat(check().wrong()).contains("Quittung doppelt: <1@k>");
    }

    @Test
    void aReceiptInDoubtIsAllowedOnlyAsOftenAsTheDayAllows() throws IOException {
        Files.delete(journals.mailbox());
        assertThat(check().missing()).anyMatch(line -> line.contains("Quittungen an die Kanzlei fehlen"));

        places.put("delivered", 7L);
        places.put("inDoubt", 1L);
        assertThat(check().wrong()).anyMatch(line -> line.contains("im Zweifel"));
        assertThat(check(new Checker.Allowed(1, 0)).good()).isTrue();
    }

    @Test
    void aBalanceThatIsNotEvenIsWrong() throws IOException {
        var result = Checker.check(journals, records, new Balance(7, places), new Checker.Allowed(0, 0));

        assertThat(result.wrong()).anyMatch(line -> line.contains("Bilanz"));
    }

    @Test
    void somethingParkedIsWrongAndSomethingOpenIsMissing() throws IOException {
        places.put("parked", 1L);
        places.put("open", 1L);

        assertThat(check().wrong()).contains("unerwartet: parked 1");
        assertThat(check().missing()).contains("noch offen im Hub: 1");
    }

    @Test
    void aRowNeverStartsAFormula() {
        var row = new Checker.Row("=1+1", "a;b", "", "", "", "", "");

        assertThat(Checker.csv(List.of(row))).contains("'=1+1;a,b;");
    }

    private Checker.Result check() throws IOException {
        return check(new Checker.Allowed(0, 0));
    }

    private Checker.Result check(Checker.Allowed allowed) throws IOException {
        var taken = places.values().stream().mapToLong(Long::longValue).sum();
        return Checker.check(journals, records, new Balance(taken, places), allowed);
    }

    private void form(String key, String caseId, String municipality) throws IOException {
        note(journals.portal(), "form", "key", key, "case", caseId, "municipality", municipality);
        note(
                journals.portal(),
                "answer",
                "key",
                key,
                "yes",
                true,
                "intact",
                true,
                "id",
                "id-" + key,
                "outcome",
                "TAKEN");
    }

    private void entry(String file, String caseId, boolean accepted, long cents) throws IOException {
        note(journals.register(), "entry", "key", file, "case", caseId, "accepted", accepted, "cents", cents);
        note(journals.register(), "answer", "key", file, "case", caseId, "accepted", accepted, "cents", cents);
    }

    private static void note(Path journal, String event, Object... pairs) throws IOException {
        try (var open = new Journal(journal, Clock.systemUTC())) {
            open.note(event, pairs);
        }
    }
}
