package de.stellwerk.plugins.mailbox;

/** A mail that cannot be taken apart within the limits; the reason holds nothing of its content. */
final class Unreadable extends Exception {

    Unreadable(String reason) {
        super(reason);
    }

    Unreadable(String reason, Throwable cause) {
        super(reason, cause);
    }
}
