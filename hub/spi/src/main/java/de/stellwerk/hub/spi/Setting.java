package de.stellwerk.hub.spi;

import java.util.Optional;

/** One setting a connector understands. A secret one is never shown or logged, and is given in files only by reference. */
public record Setting(String name, String title, boolean required, boolean secret, Optional<String> fallback) {

    public static Setting required(String name, String title) {
        return new Setting(name, title, true, false, Optional.empty());
    }

    public static Setting optional(String name, String title, String fallback) {
        return new Setting(name, title, false, false, Optional.of(fallback));
    }

    public static Setting secret(String name, String title) {
        return new Setting(name, title, true, true, Optional.empty());
    }
}
