package de.stellwerk.plugins.finance;

/** The finance system would not take this booking. The reason names the field, never its value. */
final class NotBookable extends Exception {

    private final String reason;

    NotBookable(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
