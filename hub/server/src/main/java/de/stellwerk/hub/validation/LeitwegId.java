package de.stellwerk.hub.validation;

import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * The address of a public body on an invoice (BT-10): 2 to 12 digits, perhaps a finer address of up to 30 digits and capital letters, and
 * two check digits by ISO 7064, MOD 97-10, a letter counting as 10 to 35.
 */
final class LeitwegId {

    private static final Pattern FORM = Pattern.compile("[0-9]{2,12}(-[0-9A-Z]{1,30})?-[0-9]{2}");
    private static final BigInteger NINETY_SEVEN = BigInteger.valueOf(97);

    private LeitwegId() {}

    static boolean holds(String id) {
        if (!FORM.matcher(id).matches()) return false;
        var digits = new StringBuilder();
        id.chars().filter(c -> c != '-').forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(NINETY_SEVEN).equals(BigInteger.ONE);
    }
}
