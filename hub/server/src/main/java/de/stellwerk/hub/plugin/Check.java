package de.stellwerk.hub.plugin;

import java.util.Locale;

/**
 * One line of what a jar was held against.
 *
 * @param name stable, such as {@code signature}
 * @param code for {@code FAILED} and {@code WARNING}, such as {@code plugin.forbidden-call}; otherwise empty
 * @param text in English: what was found, and for {@code FAILED} and {@code WARNING} what to do
 * @param german the same in German
 */
public record Check(String name, Outcome outcome, String code, String text, String german) {

    public enum Outcome {
        PASSED,
        /** Taken nevertheless, but somebody should look at it. */
        WARNING,
        FAILED,
        /** An earlier line failed, or it is not asked for here. */
        NOT_REACHED
    }

    public String text(Locale locale) {
        return locale.getLanguage().equals("de") ? german : text;
    }
}
