package de.stellwerk.hub.spi;

import java.util.List;
import java.util.Optional;

/** One setting a connector understands. A secret one is never shown or logged, and is given in files only by reference. */
public record Setting(
        String name, String title, boolean required, boolean secret, Optional<String> fallback, Form form) {

    /** A setting of any text. */
    public Setting(String name, String title, boolean required, boolean secret, Optional<String> fallback) {
        this(name, title, required, secret, fallback, new Form(Form.Type.TEXT, List.of(), new Text("", ""), false));
    }

    public static Setting required(String name, String title) {
        return new Setting(name, title, true, false, Optional.empty());
    }

    public static Setting optional(String name, String title, String fallback) {
        return new Setting(name, title, false, false, Optional.of(fallback));
    }

    public static Setting secret(String name, String title) {
        return new Setting(name, title, true, true, Optional.empty());
    }

    public Setting as(Form.Type type, String... limits) {
        return with(new Form(type, List.of(limits), form.help(), form.asked()));
    }

    public Setting help(String german, String english) {
        return with(new Form(form.type(), form.limits(), new Text(german, english), form.asked()));
    }

    /** The connector answers {@link ConnectorFactory#choices} for it. */
    public Setting asked() {
        return with(new Form(form.type(), form.limits(), form.help(), true));
    }

    private Setting with(Form other) {
        return new Setting(name, title, required, secret, fallback, other);
    }
}
