package de.stellwerk.hub.security;

import de.stellwerk.hub.signal.Visitors;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets only so many requests that bring messages in at a time, in all and of each sender; the next one is told to come later. */
final class VisitorFilter extends OncePerRequestFilter {

    private final Visitors visitors;

    VisitorFilter(Visitors visitors) {
        this.visitors = visitors;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !Doors.bringsMessage(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var known = Doors.sender(request);
        if (known.isEmpty()) {
            chain.doFilter(request, response); // there is no such hook
            return;
        }
        var sender = known.get();
        var halt = visitors.enter(sender);
        if (halt.isPresent()) {
            Answers.halt(request, response, halt.get());
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            visitors.leave(sender);
        }
    }
}
