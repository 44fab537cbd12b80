package de.stellwerk.hub.route;

/**
 * What a route takes.
 *
 * @param service empty: every service that has no route of its own
 * @param version the namespace of the document's root element; empty: every version that has no route of its own
 */
record RouteKey(String kind, String municipality, String service, String version) {

    RouteKey of(String other) {
        return new RouteKey(kind, municipality, service, other);
    }

    @Override
    public String toString() {
        return kind + " of municipality " + municipality + (service.isEmpty() ? "" : ", service " + service)
                + (version.isEmpty() ? "" : ", version " + version);
    }
}
