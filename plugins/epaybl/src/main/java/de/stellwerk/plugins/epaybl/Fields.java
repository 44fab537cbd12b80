package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.RejectedByTarget;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** What of a message fits the platform's fields. What does not is named by its field, never by its value. */
final class Fields {

    private static final String PRINTABLE = "[^\\p{Cntrl}\\p{Co}\\p{Cs}\\p{Cn}]";
    private static final BigInteger NINETY_SEVEN = BigInteger.valueOf(97);

    private Fields() {}

    /** @param most characters; at least one of them */
    static String text(String name, @Nullable String value, int most) throws RejectedByTarget {
        return matching(name, value, PRINTABLE + "{1," + most + "}", "has 1 to " + most + " printable characters");
    }

    static String matching(String name, @Nullable String value, String pattern, String words) throws RejectedByTarget {
        if (value == null || !value.matches(pattern)) {
            throw unfit(name, words);
        }
        return value;
    }

    static LocalDate day(String name, @Nullable String value) throws RejectedByTarget {
        try {
            return LocalDate.parse(value == null ? "" : value.strip());
        } catch (DateTimeParseException e) {
            throw unfit(name, "is a date such as 2026-12-24");
        }
    }

    /** A SEPA mandate's reference: its character set without the blank, and no longer than the platform's field. */
    static String mandate(String name, @Nullable String value) throws RejectedByTarget {
        return matching(name, value, "[A-Za-z0-9+?/:().,'-]{1,24}", "has 1 to 24 of A-Z a-z 0-9 +?/:().,'-");
    }

    /** Without blanks. */
    static String iban(String name, @Nullable String value) throws RejectedByTarget {
        var plain = value == null ? "" : value.replace(" ", "");
        if (!plain.matches("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}") || !checks(plain)) {
            throw unfit(name, "is an IBAN with right check digits");
        }
        return plain;
    }

    /** A creditor's identifier of SEPA, such as DE98ZZZ09999999999: the three characters after the check digits do not count. */
    static boolean isCreditor(String value) {
        return value.matches("[A-Z]{2}[0-9]{2}[A-Za-z0-9+?/:().,'-]{3}[A-Z0-9]{1,28}")
                && checks(value.substring(0, 4) + value.substring(7));
    }

    /** ISO 7064, MOD 97-10, over the rest and then country and check digits. */
    private static boolean checks(String value) {
        var digits = new StringBuilder();
        (value.substring(4) + value.substring(0, 4)).chars().forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(NINETY_SEVEN).equals(BigInteger.ONE);
    }

    static RejectedByTarget unfit(String name, String words) {
        return new RejectedByTarget("pay.field: the field '" + name + "' does not fit; it " + words);
    }
}
