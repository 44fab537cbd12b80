package de.stellwerk.hub.crash;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of the process where going on could break the promise. What was taken is safe; a restart goes on from there. */
public final class FullStop {

    /** The status a hub ends with here; 2 is "did not start", 3 is "no memory left". */
    public static final int STATUS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(FullStop.class);

    private FullStop() {}

    /**
     * Ends the process at once and without any clean-up.
     *
     * @param code for machines
     * @param german what happened, what is safe, what to do next
     * @param english the same
     */
    public static void because(String code, String german, String english, Throwable cause) {
        LOG.error("{}: {} / {}", code, german, english, cause);
        Runtime.getRuntime().halt(STATUS);
    }
}
