package de.stellwerk.hub.config;

import java.util.Locale;

/**
 * One thing that is wrong with the configuration.
 *
 * @param code what sort of problem, such as {@code config.unknown-key}; it never changes, so that help pages can name it
 * @param file relative to the home folder; empty if it stands in no file
 * @param line counted from 1; 0 if the whole file is meant
 * @param column counted from 1; 0 if the whole file is meant
 * @param found what stands there; empty where it might be a secret
 * @param expected what would be right: a form, an example, or the known names separated by commas
 */
public record Problem(String code, String file, int line, int column, String found, String expected) {

    /** One line for people: where, code, what is wrong, what would be right. German for a German locale, otherwise English. */
    public String text(Locale locale) {
        var place = file.isEmpty() ? "" : line == 0 ? file + " " : file + ":" + line + ":" + column + " ";
        return place + code + ": " + words(locale);
    }

    /** The same without place and code. */
    public String words(Locale locale) {
        return ProblemCode.of(code).text(locale, found, expected);
    }
}
