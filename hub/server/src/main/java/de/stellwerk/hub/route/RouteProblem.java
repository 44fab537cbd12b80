package de.stellwerk.hub.route;

/**
 * Why a route file cannot be used.
 *
 * @param code stable, such as {@code route.step}
 * @param file within {@code routes/}
 * @param line counted from 1
 * @param column counted from 1
 * @param expected what would be right
 */
public record RouteProblem(String code, String file, int line, int column, String found, String expected) {

    RouteProblem(String code, Place place, String found, String expected) {
        this(code, place.file(), place.line(), place.column(), found, expected);
    }

    /** All of it in one line: {@code file:line:column [code] found …; expected …}. */
    public String text() {
        return file + ":" + line + ":" + column + " [" + code + "] found " + found + "; expected " + expected;
    }
}
