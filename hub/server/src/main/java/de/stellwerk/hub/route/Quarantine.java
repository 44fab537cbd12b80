package de.stellwerk.hub.route;

import java.util.Optional;

/** Ends a run: a person must look. Unchecked, because it also comes out of Camel's type conversion. */
final class Quarantine extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String code;
    private final String reason;

    Quarantine(String code, String reason) {
        super(code);
        this.code = code;
        this.reason = reason;
    }

    String code() {
        return code;
    }

    String reason() {
        return reason;
    }

    /** The one that Camel wrapped, if any. */
    static Optional<Quarantine> in(Throwable thrown) {
        var depth = 0;
        for (Throwable t = thrown; t != null && depth < 20; t = t.getCause(), depth++)
            if (t instanceof Quarantine quarantine) return Optional.of(quarantine);
        return Optional.empty();
    }
}
