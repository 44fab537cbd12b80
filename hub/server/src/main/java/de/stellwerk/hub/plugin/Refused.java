package de.stellwerk.hub.plugin;

/** A jar that is not taken, and why. */
final class Refused extends Exception {

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
}
