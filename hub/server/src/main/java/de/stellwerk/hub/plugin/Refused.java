package de.stellwerk.hub.plugin;

import java.util.Locale;

/** A jar that is not taken, and why. */
public final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    Refused(String code, String english, String german) {
        this(new Reason(code, english, german));
    }

    Refused(Reason reason) {
        super(reason.code() + ": " + reason.english());
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** Stable, such as {@code plugin.incomplete}. */
    public String code() {
        return reason.code();
    }

    /** What happened and what to do. */
    public String text(Locale locale) {
        return reason.text(locale);
    }
}
