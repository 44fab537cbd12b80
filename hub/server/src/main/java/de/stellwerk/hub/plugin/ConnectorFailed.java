package de.stellwerk.hub.plugin;

/**
 * A call into a connector did not end well. The message names a code and the classes of what was thrown, never its text, which might
 * hold content; the stack trace is the original one.
 */
public final class ConnectorFailed extends Exception {

    private static final long serialVersionUID = 1L;

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
