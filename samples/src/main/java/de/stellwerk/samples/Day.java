package de.stellwerk.samples;

import java.nio.file.Path;

/**
 * A day to play.
 *
 * @param cases forms and notices together
 * @param seed the same seed makes the same forms, the same refusals and the same payers
 * @param kills how often the hub is killed while traffic runs; then no hostile inputs are sent
 * @param stay whether everything goes on running afterwards
 */
public record Day(int cases, long seed, int kills, boolean stay, Path home) {

    /** How many send at the same time. */
    static final int SENDERS = 8;

    int leipzig() {
        return cases * 15 / 100;
    }

    int notices() {
        return cases / 10;
    }

    int pirna() {
        return cases - leipzig() - notices();
    }
}
