package de.stellwerk.hub.spi;

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

    /** Gives back what all connectors of this factory share. */
    @Override
    default void close() throws Exception {}
}
