package de.stellwerk.hub.security;

import java.util.Locale;

/** What an API key may do. */
public enum Right {
    /** Hand in messages. */
    SEND,
    /** See what happened, without content. */
    READ,
    /** Read content; each time is written into the ledger. */
    CONTENT,
    /** Decide: repeat, cancel, resolve, pause. */
    OPERATE,
    /** Make and revoke keys. */
    ADMIN;

    /** As it stands in requests and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is no such right */
    public static Right of(String word) {
        for (var right : values()) {
            if (right.word().equals(word)) {
                return right;
            }
        }
        throw new IllegalArgumentException("rights are send, read, content, operate, admin");
    }
}
