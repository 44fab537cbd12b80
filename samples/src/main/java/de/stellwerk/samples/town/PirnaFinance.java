package de.stellwerk.samples.town;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Pirna's finance system: reads files of fixed-length records as the README of the {@code finance-fixed} connector describes them, checks
 * the trailer, and books. The belegNr is the key: a second file with a known one books nothing.
 */
final class PirnaFinance {

    private static final int RECORD = 128;

    private final HandOver in;
    private final Path archive;
    private final Journal journal;
    private final Set<String> booked = new HashSet<>();

    /** A booking record as it stands in a file. */
    record Booking(String belegNr, String kassenzeichen, long cents, String currency, String text) {}

    /** @param known the journal's lines so far */
    PirnaFinance(Path folder, Journal journal, List<Journal.Line> known) {
        this.in = new HandOver(folder.resolve("eingang"));
        this.archive = folder.resolve("archiv");
        this.journal = journal;
        known.stream().filter(line -> line.event().equals("booking")).forEach(line -> booked.add(line.text("key")));
    }

    /** One look into the in-folder. */
    void work() throws IOException {
        for (var file : in.ready(".dat")) {
            var name = file.getFileName().toString();
            var bytes = Files.readAllBytes(file);
            try {
                for (var booking : read(bytes)) {
                    book(booking, bytes);
                }
            } catch (IllegalArgumentException e) {
                journal.note(
                        "unreadable",
                        "key",
                        name,
                        "sha256",
                        Journal.sha256(bytes),
                        "why",
                        String.valueOf(e.getMessage()));
            }
            in.archive(file, archive);
        }
    }

    private void book(Booking booking, byte[] file) {
        journal.note(
                booked.contains(booking.belegNr()) ? "repeated" : "booking",
                "key",
                booking.belegNr(),
                "kassenzeichen",
                booking.kassenzeichen(),
                "cents",
                booking.cents(),
                "currency",
                booking.currency(),
                "sha256",
                Journal.sha256(file));
        booked.add(booking.belegNr());
    }

    /**
     * The bookings of one file.
     *
     * @throws IllegalArgumentException if a record is not of its length or the trailer does not match
     */
    static List<Booking> read(byte[] file) {
        var text = new String(file, StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r\n")) {
            throw new IllegalArgumentException("the last record has no end");
        }
        var records = List.of(text.split("\r\n"));
        if (records.stream().anyMatch(record -> record.length() != RECORD)) {
            throw new IllegalArgumentException("a record is not " + RECORD + " characters long");
        }
        var trailer = records.get(records.size() - 1);
        var bookings = records.subList(0, records.size() - 1).stream()
                .map(PirnaFinance::booking)
                .toList();
        var sum = bookings.stream().mapToLong(Booking::cents).sum();
        if (trailer.charAt(0) != 'T'
                || Long.parseLong(trailer.substring(1, 9)) != bookings.size()
                || Long.parseLong(trailer.substring(9, 24)) != sum) {
            throw new IllegalArgumentException("the trailer does not match the records");
        }
        return bookings;
    }

    private static Booking booking(String record) {
        if (record.charAt(0) != 'B') {
            throw new IllegalArgumentException("a record is neither a booking nor the trailer");
        }
        return new Booking(
                record.substring(1, 9),
                record.substring(9, 39).strip(),
                Long.parseLong(record.substring(39, 51)),
                record.substring(51, 54),
                record.substring(62, 83).strip());
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(List.of(words), Set.of("folder", "journal", "misbehave-delay"), Set.of());
        var path = options.path("journal");
        var known = Journal.read(path);
        try (var journal = new Journal(path, Clock.systemUTC())) {
            var finance = new PirnaFinance(options.path("folder"), journal, known);
            journal.note("ready");
            Rounds.forever(100 + options.number("misbehave-delay", 0), finance::work);
        }
    }
}
