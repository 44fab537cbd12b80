package de.stellwerk.hub.spi;

import java.util.List;

/**
 * What a setting's value looks like. The hub checks it before it opens a connection, and makes of it a JSON Schema, a form, completion in
 * editors and a page of documentation.
 *
 * @param limits what the {@link Type} says
 * @param help a sentence or two for who fills it in; without one the setting's title stands there
 * @param asked the target can be asked for values to choose from, see {@link ConnectorFactory#choices}
 */
public record Form(Type type, List<String> limits, Text help, boolean asked) {

    public enum Type {
        /** One line or many; the limit, if there is one, is a pattern the whole text matches. */
        TEXT,
        /** A whole number; limits are the least and the most. */
        NUMBER,
        /** {@code true} or {@code false}. */
        FLAG,
        /** See {@link Settings#duration}; limits are the shortest and the longest. */
        DURATION,
        /** See {@link Settings#path}. */
        PATH,
        /** An address; limits are the schemes, such as {@code https}. The hub can try whether it is reached. */
        URI,
        /** One of the limits. */
        CHOICE,
        /**
         * A computer, {@code name} or {@code name:port}. The hub can try whether it is reached; the limit is the usual port, or the
         * name of the setting that holds it.
         */
        HOST
    }
}
