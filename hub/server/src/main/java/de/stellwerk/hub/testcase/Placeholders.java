package de.stellwerk.hub.testcase;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Puts a made-up value in the place of a real one. What is not known to be harmless is replaced, so a name nobody has thought of is
 * replaced too.
 *
 * <p>It keeps what a connector may depend on: the length of a text, which of its characters are letters (large, small, beyond ASCII,
 * beyond ISO-8859-1), digits or others; that a date is a date, a number a number, an IBAN an IBAN with right check digits, a UUID a UUID,
 * a mail address one (at {@code example.org}, so its length may change). The same value becomes the same placeholder everywhere in one
 * hub, so what belonged together still does. The placeholder follows from a key that never leaves the hub: nobody outside can try names
 * until one fits.
 *
 * <p>It does not hide how long a text was, how many there were, that two were the same, nor values on the list of what may stay.
 */
final class Placeholders {

    private static final Pattern IBAN = Pattern.compile("[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}");
    private static final Pattern MAIL = Pattern.compile("[^\\s@<>]+@[^\\s@<>]+\\.[^\\s@<>]+");
    private static final Pattern UUID = Pattern.compile("[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}");
    private static final Pattern HEX = Pattern.compile("(?=.*[0-9])(?=.*[a-fA-F])[0-9a-fA-F]{16,}");
    private static final Pattern DATE =
            Pattern.compile("(?<y>[12][0-9]{3})-(?<m>[01][0-9])-(?<d>[0-3][0-9])(?<rest>T.*|Z|[+-].*)?");
    private static final Pattern GERMAN_DATE =
            Pattern.compile("(?<d>[0-3]?[0-9])\\.(?<m>[01]?[0-9])\\.(?<y>[12][0-9]{3})");
    private static final Pattern COMPACT_DATE =
            Pattern.compile("(?<y>(?:19|20)[0-9]{2})(?<m>0[1-9]|1[0-2])(?<d>0[1-9]|[12][0-9]|3[01])");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/\\s]{200,}={0,2}\\s*");
    private static final Pattern WORD = Pattern.compile("[^\\s,;/()]+");
    /** By chance a short text may become itself. */
    private static final int TRIES = 20;

    private static final int RECENT = 2015;
    private static final int BIRTHS = 1950;

    private static final BigInteger NINETY_SEVEN = BigInteger.valueOf(97);

    private static final String SMALL = "abcdefghijklmnopqrstuvwxyz";
    private static final String LARGE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String LATIN1_SMALL = "äöüßéèáàñç";
    private static final String LATIN1_LARGE = "ÄÖÜÉÈÁÀÑÇØ";
    private static final String BEYOND_SMALL = "šěžčřůłśńő";
    private static final String BEYOND_LARGE = "ŠĚŽČŘŮŁŚŃŐ";

    private final byte[] key;
    private final Set<String> kept;

    /**
     * @param key this hub's own
     * @param kept values that may stay as they are, such as kinds, codes of a schema, the AGS
     */
    Placeholders(byte[] key, Set<String> kept) {
        this.key = key.clone();
        this.kept = Set.copyOf(kept);
    }

    /** The placeholder of a value; space around it stays. */
    String of(String text) {
        var value = text.strip();
        if (value.isEmpty() || kept.contains(value) || value.equals("true") || value.equals("false")) {
            return text;
        }
        int at = text.indexOf(value);
        return text.substring(0, at) + replaced(value) + text.substring(at + value.length());
    }

    private String replaced(String value) {
        if (isIban(value)) {
            return iban(value);
        }
        if (MAIL.matcher(value).matches()) {
            return likeness(value.substring(0, value.indexOf('@')), value) + "@example.org";
        }
        if (UUID.matcher(value).matches() || HEX.matcher(value).matches()) {
            return hex(value);
        }
        var date = DATE.matcher(value);
        if (date.matches()) {
            var rest = date.group("rest");
            return day(date, value, "%1$s-%2$02d-%3$02d")
                    + (rest == null ? "" : rest.startsWith("T") ? time(rest) : rest);
        }
        var german = GERMAN_DATE.matcher(value);
        if (german.matches()) {
            return day(german, value, "%3$02d.%2$02d.%1$s");
        }
        var compact = COMPACT_DATE.matcher(value);
        if (compact.matches()) {
            return day(compact, value, "%1$s%2$02d%3$02d");
        }
        if (BASE64.matcher(value).matches()) {
            return value.replaceAll("[A-Za-z0-9+/]", "A");
        }
        // Words one by one: a name is the same placeholder in a sentence as in a field of its own.
        return WORD.matcher(value)
                .replaceAll(word -> kept.contains(word.group())
                        ? Matcher.quoteReplacement(word.group())
                        : Matcher.quoteReplacement(likeness(word.group(), word.group())));
    }

    private static boolean isIban(String value) {
        return IBAN.matcher(value).matches() && remainder(value.replace(" ", "")) == 1;
    }

    /** ISO 13616 with the check of ISO 7064, MOD 97-10. */
    private static int remainder(String iban) {
        var digits = new StringBuilder();
        (iban.substring(4) + iban.substring(0, 4)).chars().forEach(c -> digits.append(Character.digit(c, 36)));
        return new BigInteger(digits.toString()).mod(NINETY_SEVEN).intValue();
    }

    private String iban(String value) {
        var plain = value.replace(" ", "");
        var country = plain.substring(0, 2);
        var account = likeness(plain.substring(4), plain);
        int check = 98 - remainder(country + "00" + account);
        var made = country + String.format(Locale.ROOT, "%02d", check) + account;
        var spaced = new StringBuilder(made);
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == ' ') {
                spaced.insert(i, ' ');
            }
        }
        return spaced.toString();
    }

    /** Another text of the same length with characters of the same classes; one that has nothing to change, such as zeros, stays. */
    private String likeness(String text, String of) {
        var made = likeness(text, new Bits(of));
        for (int again = 1; made.equals(text) && again <= TRIES; again++) {
            made = likeness(text, new Bits(of + "\n" + again));
        }
        return made;
    }

    private static String likeness(String text, Bits bits) {
        var made = new StringBuilder(text.length());
        boolean start = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                // Leading zeros stay, and what began with another digit does not begin with zero: 007 and 7 differ.
                made.append(start ? (c == '0' ? '0' : (char) ('1' + bits.next(9))) : (char) ('0' + bits.next(10)));
                start = start && c == '0';
            } else if (Character.isLetter(c)) {
                var letters = letters(c);
                made.append(letters.charAt(bits.next(letters.length())));
                start = false;
            } else if (Character.isSurrogate(c)) {
                made.append('x');
                start = false;
            } else {
                made.append(c);
                start = true;
            }
        }
        return made.toString();
    }

    private static String letters(char c) {
        boolean large = Character.isUpperCase(c);
        if (c < 0x80) {
            return large ? LARGE : SMALL;
        }
        if (c <= 0xff) {
            return large ? LATIN1_LARGE : LATIN1_SMALL;
        }
        return large ? BEYOND_LARGE : BEYOND_SMALL;
    }

    private String hex(String value) {
        var bits = new Bits(value);
        var made = new StringBuilder();
        for (char c : value.toCharArray()) {
            if (c >= '0' && c <= '9') {
                made.append((char) ('0' + bits.next(10)));
            } else if (Character.isLetter(c)) {
                made.append((char) ((Character.isUpperCase(c) ? 'A' : 'a') + bits.next(6)));
            } else {
                made.append(c);
            }
        }
        return made.toString();
    }

    /**
     * Another day, one that every month has. A person's year of birth becomes another one; the year of a letter of our days stays, for
     * deadlines are counted from it.
     */
    private String day(Matcher date, String value, String format) {
        var bits = new Bits(value);
        int year = Integer.parseInt(date.group("y"));
        if (year < RECENT) {
            year = otherThan(year, BIRTHS, 50, bits);
        }
        int month = otherThan(Integer.parseInt(date.group("m")), 1, 12, bits);
        int day = otherThan(Integer.parseInt(date.group("d")), 1, 28, bits);
        return String.format(Locale.ROOT, format, year, month, day);
    }

    /** One of so many numbers from the first on, never the one it stands for. */
    private static int otherThan(int number, int first, int many, Bits bits) {
        boolean among = number >= first && number < first + many;
        int made = first + bits.next(among ? many - 1 : many);
        return among && made >= number ? made + 1 : made;
    }

    private String time(String rest) {
        var zone = rest.replaceFirst("^T[0-9:.]*", "");
        var bits = new Bits(rest);
        return rest.matches("T[0-9]{2}:[0-9]{2}:[0-9]{2}.*")
                ? String.format(Locale.ROOT, "T%02d:%02d:%02d", bits.next(24), bits.next(60), bits.next(60))
                        + (rest.indexOf('.') > 0 ? ".000" : "")
                        + zone
                : "T00:00:00" + zone;
    }

    /** Numbers that follow from a value and the key. */
    private final class Bits {

        private final String value;
        private ByteBuffer left = ByteBuffer.allocate(0);
        private int block;

        private Bits(String value) {
            this.value = value;
        }

        private int next(int below) {
            if (left.remaining() < 4) {
                left = ByteBuffer.wrap(hmac(block++ + " " + value));
            }
            return Integer.remainderUnsigned(left.getInt(), below);
        }
    }

    private byte[] hmac(String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
