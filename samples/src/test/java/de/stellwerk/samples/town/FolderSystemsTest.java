package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSystemsTest {

    @TempDir
    private Path folder;

    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = new Journal(journalFile(), Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
    }

    @Test
    void theRegisterEntersAFileOnceAndAnswers() throws IOException {
        var register = register(0);
        in("a.xml", registerXml("PIR-2026-000001", "Müller"));
        register.work();
        in("a.xml", registerXml("PIR-2026-000001", "Müller"));
        register.work();

        assertThat(Journal.read(journalFile(), "entry")).singleElement().satisfies(line -> assertThat(line.text("case"))
                .isEqualTo("PIR-2026-000001"));
        assertThat(Journal.read(journalFile(), "repeated")).hasSize(1);
        var answer = SafeParser.parse(Files.readAllBytes(folder.resolve("ausgang/a.antwort.xml")));
        assertThat(folder.resolve("ausgang/a.antwort.xml.ok")).exists();
        assertThat(SafeParser.text(answer, "datei")).isEqualTo("a.xml");
        assertThat(SafeParser.text(answer, "status")).isEqualTo("ANGENOMMEN");
        assertThat(Long.parseLong(SafeParser.text(answer, "gebuehrCent"))).isBetween(2_000L, 6_000L);
        assertThat(folder.resolve("archiv/a.xml")).exists();
        assertThat(folder.resolve("eingang")).isEmptyDirectory();
    }

    @Test
    void theRegisterCanRefuse() throws IOException {
        var register = register(100);
        in("a.xml", registerXml("PIR-2026-000001", "Müller"));

        register.work();

        var answer = SafeParser.parse(Files.readAllBytes(folder.resolve("ausgang/a.antwort.xml")));
        assertThat(SafeParser.text(answer, "status")).isEqualTo("ABGELEHNT");
        assertThat(SafeParser.text(answer, "grund")).contains("Tätigkeit");
    }

    @Test
    void theRegisterDoesNotTakeAFileWithoutItsMarker() throws IOException {
        var register = register(0);
        Files.write(folder.resolve("eingang/a.xml"), registerXml("PIR-2026-000001", "Müller"));

        register.work();

        assertThat(Journal.read(journalFile())).isEmpty();
        assertThat(folder.resolve("eingang/a.xml")).exists();
    }

    @Test
    void theRegisterWritesDownWhatItCannotRead() throws IOException {
        var register = register(0);
        in(
                "utf8.xml",
                "<gewerbeanzeige><vorgang>V</vorgang><familienname>Ü</familienname></gewerbeanzeige>"
                        .getBytes(StandardCharsets.UTF_8));
        in("doctype.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".getBytes(StandardCharsets.UTF_8));

        register.work();

        assertThat(Journal.read(journalFile(), "unreadable")).hasSize(2);
        assertThat(Journal.read(journalFile(), "entry")).isEmpty();
    }

    @Test
    void anEntryWithoutItsAnswerIsAnsweredAfterARestart() throws IOException {
        journal.note("entry", "key", "a.xml", "case", "PIR-2026-000001", "number", 1, "accepted", true);

        register(0);

        assertThat(folder.resolve("ausgang/a.antwort.xml.ok")).exists();
        assertThat(Journal.read(journalFile(), "answer")).hasSize(1);
    }

    @Test
    void financeBooksABelegOnce() throws IOException {
        var finance = new PirnaFinance(folder, journal, Journal.read(journalFile()));
        in("BU00000042.dat", bookingFile(42, 2_600, 2_600));
        finance.work();
        in("BU00000042.dat", bookingFile(42, 2_600, 2_600));
        finance.work();

        assertThat(Journal.read(journalFile(), "booking")).singleElement().satisfies(line -> {
            assertThat(line.text("key")).isEqualTo("00000042");
            assertThat(line.text("kassenzeichen")).isEqualTo("100000000017");
            assertThat(line.number("cents")).isEqualTo(2_600);
        });
        assertThat(Journal.read(journalFile(), "repeated")).hasSize(1);
    }

    @Test
    void financeKnowsItsBelegeAfterARestart() throws IOException {
        new PirnaFinance(folder, journal, Journal.read(journalFile()));
        in("BU00000042.dat", bookingFile(42, 2_600, 2_600));
        new PirnaFinance(folder, journal, Journal.read(journalFile())).work();
        in("BU00000042.dat", bookingFile(42, 2_600, 2_600));
        new PirnaFinance(folder, journal, Journal.read(journalFile())).work();

        assertThat(Journal.read(journalFile(), "booking")).hasSize(1);
    }

    @Test
    void financeBooksNothingFromAFileWhoseTrailerIsWrong() throws IOException {
        var finance = new PirnaFinance(folder, journal, Journal.read(journalFile()));
        in("BU00000042.dat", bookingFile(42, 2_600, 2_601));

        finance.work();

        assertThat(Journal.read(journalFile(), "unreadable")).hasSize(1);
        assertThat(Journal.read(journalFile(), "booking")).isEmpty();
    }

    @Test
    void aRecordOfAnotherLengthIsNotRead() {
        var file = "B00000042\r\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PirnaFinance.read(file))
                .withMessageContaining("128");
    }

    private PirnaRegister register(int refusePercent) throws IOException {
        return new PirnaRegister(folder, journal, Journal.read(journalFile()), 1, refusePercent);
    }

    private Path journalFile() {
        return folder.resolve("journal.jsonl");
    }

    private void in(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve("eingang").resolve(name), bytes);
        Files.createFile(folder.resolve("eingang").resolve(name + ".ok"));
    }

    private static byte[] registerXml(String caseId, String family) {
        return ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><gewerbeanzeige xmlns=\"urn:stellwerk:sample:pirna-register:2\"><vorgang>"
                        + caseId + "</vorgang><person><familienname>" + family
                        + "</familienname></person></gewerbeanzeige>")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bookingFile(int beleg, long cents, long sum) {
        var booking = String.format(
                "B%08d%-30s%012dEUR24112026%-21s%-10s%-35s", beleg, "100000000017", cents, "GEWERBE", "1220", "");
        var trailer = String.format("T%08d%015d%-104s", 1, sum, "");
        return (booking + "\r\n" + trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
