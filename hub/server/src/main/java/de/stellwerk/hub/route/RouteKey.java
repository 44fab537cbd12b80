package de.stellwerk.hub.route;

/**
 * What a route takes.
 *
 * @param service empty: every service that has no route of its own
 */
record RouteKey(String kind, String municipality, String service) {

    @Override
    public String toString() {
        return kind + " of municipality " + municipality + (service.isEmpty() ? "" : ", service " + service);
    }
}
