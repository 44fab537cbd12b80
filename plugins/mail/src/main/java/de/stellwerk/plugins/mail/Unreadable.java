package de.stellwerk.plugins.mail;

/** A mail that cannot be taken apart within the limits; the reason holds nothing of its content. */
public final class Unreadable extends Exception {

    public Unreadable(String reason) {
        super(reason);
    }

    Unreadable(String reason, Throwable cause) {
        super(reason, cause);
    }
}
