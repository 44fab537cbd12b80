package de.stellwerk.hub.broker;

/**
 * The broker cannot be used, or did not take what was published.
 *
 * <p>The message says what happened, what is safe and what to do next. It holds no password and no content.
 */
public final class BrokerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    BrokerFailure(String code, String text) {
        super(code + ": " + text);
        this.code = code;
    }

    BrokerFailure(String code, String text, Throwable cause) {
        super(code + ": " + text, cause);
        this.code = code;
    }

    /**
     * What happened, for programs: {@code broker.doors} (configuration), {@code broker.port}, {@code broker.locked},
     * {@code broker.start} and {@code broker.unsafe} at the start; {@code broker.publish} (full or out of order) and
     * {@code broker.closed} later.
     */
    public String code() {
        return code;
    }
}
