package de.stellwerk.plugins.finance;

import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A file of one booking record and one trailer record, in ISO-8859-1. Every record has 128 characters and ends with CR LF; there is
 * no header. Numbers are filled up with zeros on the left, texts with spaces on the right.
 *
 * <pre>
 * booking record                                  trailer record
 *   1      1  record type, B                        1      1  record type, T
 *   2-9    8  belegNr                               2-9    8  number of booking records
 *  10-39  30  kassenzeichen                        10-24  15  sum of the amounts in cents
 *  40-51  12  amount in cents                      25-128 104 spaces
 *  52-54   3  currency, EUR
 *  55-62   8  booking date, ddMMyyyy
 *  63-83  21  text
 *  84-93  10  budget line
 *  94-128 35  spaces
 * </pre>
 *
 * The layout is this project's own, in the manner of such systems.
 */
record BookingFile(long belegNr, Booking booking, String budgetLine) {

    private static final int RECORD_LENGTH = 128;
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("ddMMuuuu", Locale.ROOT);

    BookingFile {
        if (belegNr < 0 || belegNr > 99_999_999) {
            throw new IllegalArgumentException("a belegNr has at most eight digits");
        }
    }

    static boolean isBudgetLine(String text) {
        return text.matches("[A-Za-z0-9./-]{1,10}");
    }

    /** The belegNr as eight digits. */
    String number() {
        return digits(belegNr, 8);
    }

    String name() {
        return "BU" + number() + ".dat";
    }

    byte[] bytes() {
        var record = "B" + number()
                + text(booking.kassenzeichen(), 30)
                + digits(booking.cents(), 12)
                + "EUR"
                + DAY.format(booking.date())
                + text(booking.text(), 21)
                + text(budgetLine, 10);
        var trailer = "T" + digits(1, 8) + digits(booking.cents(), 15);
        var all = text(record, RECORD_LENGTH) + "\r\n" + text(trailer, RECORD_LENGTH) + "\r\n";
        return all.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String digits(long number, int length) {
        return String.format(Locale.ROOT, "%0" + length + "d", number);
    }

    private static String text(String text, int length) {
        return text + " ".repeat(length - text.length());
    }
}
