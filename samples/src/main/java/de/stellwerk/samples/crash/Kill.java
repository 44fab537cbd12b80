package de.stellwerk.samples.crash;

import java.time.Duration;

/**
 * One end of the hub's process.
 *
 * @param where the crash point, or what else it was ended by
 * @param channel whose messages were under way
 * @param nth at which pass of the point
 * @param status what the process ended with
 * @param reached whether that was the cause: with a crash point nothing else may have ended it
 * @param lived from the start of the process to its end
 */
record Kill(int number, How how, String where, String channel, int nth, int status, boolean reached, Duration lived) {

    /** What ended it. */
    enum How {
        /** It ended itself at a named crash point. */
        POINT,
        /** Signal 9 at any time. */
        RANDOM,
        /** Signal 9 at any time, to the database as well. */
        MACHINE,
        /** It ended itself at a named crash point of a plugin's life, with a newer jar in its inbox. */
        SWAP,
        /** Signal 9 at the beginning of a system call, as a file is handed over. */
        SYSCALL
    }
}
