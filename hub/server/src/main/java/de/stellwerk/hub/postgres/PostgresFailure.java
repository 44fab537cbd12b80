package de.stellwerk.hub.postgres;

/**
 * The private PostgreSQL cannot be used.
 *
 * <p>The message says what happened, what is safe and what to do next. It holds no password and no content.
 */
public final class PostgresFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    PostgresFailure(String code, String text) {
        super(code + ": " + text);
        this.code = code;
    }

    PostgresFailure(String code, String text, Throwable cause) {
        super(code + ": " + text, cause);
        this.code = code;
    }

    /**
     * What happened, for programs: {@code postgres.locked}, {@code postgres.copied}, {@code postgres.root}, {@code postgres.unsafe},
     * {@code postgres.password}, {@code postgres.version}, {@code postgres.platform}, {@code postgres.port},
     * {@code postgres.folder}, {@code postgres.initdb}, {@code postgres.start}, {@code postgres.slow},
     * {@code postgres.session}, {@code postgres.none}, {@code postgres.tablespace}, {@code postgres.log},
     * {@code postgres.backup} or {@code postgres.interrupted}.
     */
    public String code() {
        return code;
    }
}
