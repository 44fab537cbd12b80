package de.stellwerk.hub.route;

import de.stellwerk.hub.spi.Channel;
import java.util.List;

/**
 * What routes need to know of a connection.
 *
 * @param channels empty while the connector is not loaded
 */
public record ConnectionCard(String connector, List<Channel> channels) {

    public ConnectionCard {
        channels = List.copyOf(channels);
    }
}
