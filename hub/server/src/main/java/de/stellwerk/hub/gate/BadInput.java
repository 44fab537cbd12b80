package de.stellwerk.hub.gate;

/**
 * Input that is refused. The code is stable and meant for machines ({@code xml.doctype}); the text says what happened,
 * what is safe and what to do next, and never quotes the input.
 */
public final class BadInput extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;
    private final int line;
    private final int column;

    public BadInput(String code, String text) {
        this(code, text, 0, 0);
    }

    /**
     * @param line where it is, counted from 1; 0 where that is not known
     * @param column the same within the line
     */
    public BadInput(String code, String text, int line, int column) {
        super(text);
        this.code = code;
        this.line = line;
        this.column = column;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }

    public String code() {
        return code;
    }

    /** The three-part text; unlike a plain exception's message it is always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
