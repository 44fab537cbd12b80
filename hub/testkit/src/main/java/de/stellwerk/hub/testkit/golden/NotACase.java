package de.stellwerk.hub.testkit.golden;

import java.io.IOException;

/** A folder is not a golden message as {@link GoldenCase} describes it; the text names the file and what is wrong. */
public final class NotACase extends IOException {

    private static final long serialVersionUID = 1L;

    NotACase(String text) {
        super(text);
    }
}
