package de.stellwerk.hub.spi;

import java.util.List;

/** A connector that can say step by step whether its target can be used. The hub itself has tried name, line and TLS before. */
public interface Tested extends Connector {

    /**
     * Looks at the target, and changes nothing there: login, rights, what has to be there, an echo. After a step that failed the
     * others are skipped.
     *
     * @throws Exception the same as a failed check
     */
    List<Check> test() throws Exception;

    /**
     * @param name of the step, such as {@code login}
     * @param found what was seen; neither secrets nor personal data
     * @param remedy who has to do what, if it failed; otherwise empty
     */
    record Check(String name, Outcome outcome, Text found, Text remedy) {}

    enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }
}
