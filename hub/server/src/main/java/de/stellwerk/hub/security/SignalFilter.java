package de.stellwerk.hub.security;

import de.stellwerk.hub.ledger.LedgerBusy;
import de.stellwerk.hub.ledger.LedgerFailure;
import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.signal.Halt;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Obeys the signal, before the key is looked up and before anything of the body is read: a message is not let in while it shows halt.
 * Without a database nothing but the health can be asked, so that no thread waits for what cannot come.
 */
final class SignalFilter extends OncePerRequestFilter {

    private final EntrySignal signal;

    SignalFilter(EntrySignal signal) {
        this.signal = signal;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/health/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var halt = signal.halt();
        if (halt.isPresent() && (Doors.bringsMessage(request) || halt.get().equals(Halt.database()))) {
            Answers.halt(request, response, halt.get());
            return;
        }
        try {
            chain.doFilter(request, response);
        } catch (LedgerFailure | LedgerBusy e) {
            // The key could not be looked up: whose request it is, is not known, and nothing of it was taken.
            Answers.halt(request, response, Halt.database());
        }
    }
}
