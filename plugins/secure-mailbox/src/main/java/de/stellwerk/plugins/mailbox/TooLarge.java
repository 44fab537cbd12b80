package de.stellwerk.plugins.mailbox;

import java.io.IOException;

/** More bytes than the connection's settings allow. */
final class TooLarge extends IOException {

    TooLarge() {
        super("larger than the setting 'max-size' allows");
    }
}
