package de.stellwerk.plugins.fitconnect;

import java.io.IOException;
import java.time.Duration;

/** An answer that is none of those the call hopes for. */
final class ApiTrouble extends IOException {

    private static final long serialVersionUID = 1;

    final String why;
    final int status;
    final Duration retryAfter;

    /** @param problem the last part of the problem's type (RFC 7807), or empty */
    ApiTrouble(String call, int status, String problem, Duration retryAfter) {
        super(why(call, status, problem));
        this.why = why(call, status, problem);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    private static String why(String call, int status, String problem) {
        return "fit.answer: " + call + " is answered with HTTP " + status + (problem.isEmpty() ? "" : ", " + problem);
    }
}
