package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.util.Arrays;

/**
 * A call into a connector did not end well. The message names a code and the classes of what was thrown, never its text, which might
 * hold content; the stack trace is the original one.
 */
public final class ConnectorFailed extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int MOST_FRAMES = 50;
    private static final int LONGEST_SAID = 2_000;

    private final String code;
    private final String said;

    ConnectorFailed(String code, String text) {
        this(code, text, "");
    }

    private ConnectorFailed(String code, String text, String said) {
        super(code + ": " + text);
        this.code = code;
        this.said = said;
    }

    /** What a plugin threw, whatever it was, without holding on to the plugin's classes. */
    static ConnectorFailed threw(Throwable thrown) {
        if (thrown instanceof ConnectorFailed known) {
            return known; // what stands in for an isolated plugin has found it out already
        }
        var text = new StringBuilder(thrown.getClass().getName());
        var cause = thrown.getCause();
        for (int depth = 0; cause != null && depth < 3; depth++) {
            text.append(", caused by ").append(cause.getClass().getName());
            cause = cause.getCause();
        }
        var failed = new ConnectorFailed("plugin.threw", text.toString(), saidBy(thrown));
        failed.setStackTrace(thrown.getStackTrace());
        return failed;
    }

    /** As it goes over the line from an isolated plugin. */
    void put(Wire.Writer writer) throws IOException {
        var message = String.valueOf(getMessage());
        writer.text(code).text(message.startsWith(code + ": ") ? message.substring(code.length() + 2) : message);
        var frames = Arrays.asList(getStackTrace());
        writer.text(cut(said)).list(frames.subList(0, Math.min(frames.size(), MOST_FRAMES)), (to, frame) -> to.text(
                        frame.getClassName())
                .text(frame.getMethodName())
                .text(frame.getFileName())
                .number(frame.getLineNumber()));
    }

    static ConnectorFailed taken(Wire.Reader reader) throws IOException {
        var failed = new ConnectorFailed(reader.text(), reader.text(), reader.text());
        failed.setStackTrace(reader.list(
                        frame -> new StackTraceElement(frame.text(), frame.text(), frame.textOrNull(), frame.number()))
                .toArray(new StackTraceElement[0]));
        return failed;
    }

    private static String cut(String text) {
        return text.length() > LONGEST_SAID ? text.substring(0, LONGEST_SAID) : text;
    }

    private static String saidBy(Throwable thrown) {
        try {
            return String.valueOf(thrown.getMessage());
        } catch (Exception | LinkageError e) {
            return e.getClass().getName(); // a plugin's own exception may fail even at telling what is wrong
        }
    }

    /** Such as {@code plugin.threw}, {@code plugin.hangs}, {@code plugin.waiting}. */
    public String code() {
        return code;
    }

    /** The thrown text itself: only for failures to open a connection, which have seen no content. */
    String said() {
        return said;
    }
}
