package de.stellwerk.hub.route;

import java.util.List;

/**
 * A route file and what lies beside it, as read at one moment.
 *
 * @param name the file's name, such as {@code pirna-payment.camel.yaml}
 * @param hash of the file and its assets, 64 hexadecimal digits
 * @param problems why it could not be read
 */
record RouteFile(String name, byte[] bytes, Assets assets, String hash, List<RouteProblem> problems) {

    static final String ENDING = ".camel.yaml";
    static final int LARGEST_YAML = 256 << 10;
    static final int LARGEST_ASSET = 4 << 20;
    static final int MOST_ASSETS = 100;
}
