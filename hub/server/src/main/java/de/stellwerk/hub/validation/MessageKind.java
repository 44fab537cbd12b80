package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;

/** The checks of one kind of message. Thread-safe. */
public interface MessageKind {

    /**
     * @throws IOException when the message cannot be read, which says nothing about it
     */
    Outcome check(Content message) throws IOException;

    /** The form that most checks are written in: what it throws is what is wrong. */
    interface Check {
        Outcome of(Content message, Version version) throws BadInput, IOException;
    }

    static MessageKind of(Check check) {
        return message -> {
            var version = new Version();
            try {
                return check.of(message, version);
            } catch (BadInput e) {
                return Outcome.bad(version.name, e);
            }
        };
    }

    /** The version, once it is known: it is told also of what is refused afterwards. */
    final class Version {
        private String name = "";

        void is(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }
    }
}
