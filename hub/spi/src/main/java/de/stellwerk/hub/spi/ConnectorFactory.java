package de.stellwerk.hub.spi;

import java.util.List;

/**
 * Makes connectors of one kind. Named in {@code META-INF/services}, created once for each loaded plugin version with its no-argument
 * constructor, closed when that version is unloaded.
 */
public interface ConnectorFactory extends AutoCloseable {

    /** What this kind of connector is called, offers and needs. Must always return the same, and open nothing. */
    ConnectorDescriptor descriptor();

    /**
     * Opens a connector for one connection. The settings have been checked against the descriptor.
     *
     * @throws Exception if the connection cannot be opened now; the hub shows the reason and tries again
     */
    Connector create(Settings settings, HubContext hub) throws Exception;

    /**
     * What the target offers for a setting that is {@linkplain Setting#asked asked}, such as the folders of a server; at most 1000.
     *
     * @param settings what has been filled in so far, checked one by one; what is missing has its fallback or is empty
     * @throws Exception if the target cannot be asked now; the hub shows the reason
     */
    default List<String> choices(String setting, Settings settings, HubContext hub) throws Exception {
        return List.of();
    }

    /** Gives back what all connectors of this factory share. */
    @Override
    default void close() throws Exception {}
}
