package de.stellwerk.hub.security;

import de.stellwerk.hub.signal.Visitors.Sender;
import de.stellwerk.hub.signal.Visitors.Way;
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
        var path = path(request);
        return path.startsWith(HOOKS)
                || (path.equals(MESSAGES) && request.getMethod().equals("POST"));
    }

    /** As the doors themselves see it: decoded, so that no spelling of an address gets around a filter. */
    private static String path(HttpServletRequest request) {
        return request.getPathInfo() == null
                ? request.getServletPath()
                : request.getServletPath() + request.getPathInfo();
    }

    /** Who sends: a key; for a hook, whose sender is not known yet, the connection; nobody for a request that has no key. */
    static Optional<Sender> sender(HttpServletRequest request, @Nullable Authentication authentication) {
        if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            return Optional.of(new Sender(Way.KEY, caller.id()));
        }
        var words = path(request).split("/", 5);
        return path(request).startsWith(HOOKS) && words.length > 3
                ? Optional.of(new Sender(Way.HOOK, words[2] + "/" + words[3]))
                : Optional.empty();
    }
}
