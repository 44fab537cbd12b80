package de.stellwerk.plugins.jms;

/** A message that can never be taken as it is. */
final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    /** @param german what the people of the other system read */
    Refused(String code, String german) {
        super(german);
        this.code = code;
    }

    String code() {
        return code;
    }

    String german() {
        return String.valueOf(getMessage());
    }
}
