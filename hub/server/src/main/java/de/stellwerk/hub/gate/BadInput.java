package de.stellwerk.hub.gate;

/**
 * Input that is refused. The code is stable and meant for machines ({@code xml.doctype}); the text says what happened,
 * what is safe and what to do next, and never quotes the input.
 */
public final class BadInput extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;

    public BadInput(String code, String text) {
        super(text);
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The three-part text; unlike a plain exception's message it is always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
