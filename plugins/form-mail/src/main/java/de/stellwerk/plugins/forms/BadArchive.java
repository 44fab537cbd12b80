package de.stellwerk.plugins.forms;

import java.io.IOException;

/** An archive that is not unpacked; the code says why. */
final class BadArchive extends IOException {

    private static final long serialVersionUID = 1L;

    BadArchive(String code) {
        super(code);
    }
}
