package de.stellwerk.hub.camel;

import de.stellwerk.hub.spi.DeliveryResult;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.hc.client5.http.ConnectTimeoutException;

/** What an exception thrown in a route says about the delivery. */
final class Outcome {

    private static final int CAUSES = 20;

    private Outcome() {}

    static DeliveryResult of(Throwable thrown) {
        Throwable cause = thrown;
        for (int i = 0; i < CAUSES && cause != null; i++, cause = cause.getCause()) {
            if (cause instanceof RejectedByTarget no) {
                return new DeliveryResult.Rejected(text(no));
            }
            if (cause instanceof NothingSent nothing) {
                return new DeliveryResult.NotSent(text(nothing), nothing.retryAfter());
            }
            if (beforeTheFirstByte(cause)) {
                return new DeliveryResult.NotSent("the target takes no connection: " + text(cause), Duration.ZERO);
            }
        }
        return new DeliveryResult.Unknown(why(thrown));
    }

    private static boolean beforeTheFirstByte(Throwable cause) {
        return cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnknownHostException
                || cause instanceof ConnectTimeoutException;
    }

    /** The names of what was thrown. Not the messages: Camel's and the parsers' quote what they could not convert. */
    private static String why(Throwable thrown) {
        var names = new StringBuilder("the route failed: ");
        Throwable cause = thrown;
        for (int i = 0; i < CAUSES && cause != null; i++, cause = cause.getCause()) {
            names.append(i == 0 ? "" : " by ").append(cause.getClass().getSimpleName());
            if (cause instanceof Unreadable) {
                names.append(" (").append(text(cause)).append(')');
            }
        }
        return names.toString();
    }

    private static String text(Throwable thrown) {
        var message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }
}
