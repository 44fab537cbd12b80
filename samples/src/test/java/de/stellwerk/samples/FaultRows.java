package de.stellwerk.samples;

import de.stellwerk.samples.reliability.Rows;
import java.io.IOException;
import java.nio.file.Path;

/** What was tried of faults around the hub, for the page about reliability. */
final class FaultRows {

    private static final Rows ROWS = new Rows(Checkout.above(Path.of("")).folder(), "faults");

    private FaultRows() {}

    static void add(String promise, String how, int times, String result, long seed) throws IOException {
        ROWS.add(promise, how, times, result, seed);
    }
}
