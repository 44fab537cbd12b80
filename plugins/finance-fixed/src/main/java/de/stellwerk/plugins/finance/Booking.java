package de.stellwerk.plugins.finance;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Pattern;

/**
 * One booking, complete and within what the finance system takes.
 *
 * @param kassenzeichen the payment's reference: 1 to 30 letters, digits, dots, dashes, underscores or slashes
 * @param cents 1 to 999,999,999,999
 * @param text 1 to 21 characters of the finance system's own set: the letters and digits of ISO-8859-1, space and {@code .,:;/+-()&'}
 */
record Booking(String kassenzeichen, long cents, String text, LocalDate date) {

    private static final Pattern KASSENZEICHEN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,29}");
    private static final Pattern CENTS = Pattern.compile("[0-9]{1,12}");
    // The letters of ISO-8859-1 begin at U+00C0; the signs for times and divided by lie among them.
    private static final Pattern TEXT =
            Pattern.compile("[A-Za-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF .,:;/+()&'-]+");
    private static final int TEXT_LENGTH = 21;

    /** Checks every field before anything is written. */
    static Booking checked(String kassenzeichen, String cents, String currency, String text, String date)
            throws NotBookable {
        check(KASSENZEICHEN.matcher(kassenzeichen).matches(), "kassenzeichen has 1 to 30 letters, digits or ._/-");
        check(
                CENTS.matcher(cents).matches() && Long.parseLong(cents) > 0,
                "amount-cents is not a whole number of 1 to 999999999999");
        check(currency.equals("EUR"), "currency is not EUR");
        check(!text.isBlank(), "text is empty");
        check(text.length() <= TEXT_LENGTH, "text is longer than 21 characters");
        check(
                TEXT.matcher(text).matches(),
                "text has a character the finance system does not know; transliterate it first");
        return new Booking(kassenzeichen, Long.parseLong(cents), text, date(date));
    }

    private static LocalDate date(String text) throws NotBookable {
        try {
            // Ten characters: no sign, no year of more than four digits.
            check(text.length() == 10, "date is not a day written as 2026-11-24");
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new NotBookable("date is not a day written as 2026-11-24");
        }
    }

    private static void check(boolean right, String otherwise) throws NotBookable {
        if (!right) {
            throw new NotBookable(otherwise);
        }
    }
}
