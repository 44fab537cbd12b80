package de.stellwerk.samples;

import java.math.BigDecimal;
import java.util.Locale;

/** Cents, as people read them. */
final class Money {

    private Money() {}

    static String euros(long cents) {
        return String.format(Locale.GERMANY, "%,.2f €", BigDecimal.valueOf(cents, 2));
    }
}
