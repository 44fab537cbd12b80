package de.stellwerk.hub.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/** The doors through which messages come in. */
final class Doors {

    static final String MESSAGES = "/api/v1/messages";
    private static final String HOOKS = "/hooks/";

    private Doors() {}

    static boolean bringsMessage(HttpServletRequest request) {
        var path = request.getRequestURI();
        return path.startsWith(HOOKS)
                || (path.equals(MESSAGES) && request.getMethod().equals("POST"));
    }

    /** Who sends: a key; for a hook, whose sender is not known yet, the connection; nobody for a request that has no key. */
    static Optional<String> sender(HttpServletRequest request, @Nullable Authentication authentication) {
        if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            return Optional.of("key " + caller.id());
        }
        var words = request.getRequestURI().split("/", 5);
        return request.getRequestURI().startsWith(HOOKS) && words.length > 3
                ? Optional.of("hook " + words[2] + "/" + words[3])
                : Optional.empty();
    }
}
