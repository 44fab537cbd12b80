package de.stellwerk.plugins.as4;

import com.helger.phase4.model.error.EEbmsError;
import org.jspecify.annotations.Nullable;

/** Why a message that came is not taken, in the words of ebMS. The text goes to the sender. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1;

    private final EEbmsError error;

    Refusal(EEbmsError error, String text) {
        this(error, text, null);
    }

    Refusal(EEbmsError error, String text, @Nullable Throwable cause) {
        super(text, cause);
        this.error = error;
    }

    EEbmsError error() {
        return error;
    }
}
