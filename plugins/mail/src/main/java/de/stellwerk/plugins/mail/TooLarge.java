package de.stellwerk.plugins.mail;

import java.io.IOException;

/** More bytes than the connection's settings allow. */
public final class TooLarge extends IOException {

    TooLarge() {
        super("larger than the setting 'max-size' allows");
    }
}
