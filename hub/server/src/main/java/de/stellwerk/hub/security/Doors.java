package de.stellwerk.hub.security;

import de.stellwerk.hub.signal.Visitors.Sender;
import de.stellwerk.hub.signal.Visitors.Way;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** The doors through which others bring messages than through {@link Entrance}: hooks. */
final class Doors {

    private static final String HOOKS = "/hooks/";

    private Doors() {}

    static boolean bringsMessage(HttpServletRequest request) {
        return path(request).startsWith(HOOKS);
    }

    /** As the doors themselves see it: decoded, so that no spelling of an address gets around a filter. */
    private static String path(HttpServletRequest request) {
        return request.getPathInfo() == null
                ? request.getServletPath()
                : request.getServletPath() + request.getPathInfo();
    }

    /** Who sends: the connection, for whoever calls is not known yet; nobody where no connection is named. */
    static Optional<Sender> sender(HttpServletRequest request) {
        var words = path(request).split("/", 5);
        return words.length > 3 ? Optional.of(new Sender(Way.HOOK, words[2] + "/" + words[3])) : Optional.empty();
    }
}
