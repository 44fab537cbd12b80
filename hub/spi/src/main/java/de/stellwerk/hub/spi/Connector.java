package de.stellwerk.hub.spi;

/**
 * A connector opened for one municipality's system. Its abilities are the interfaces it implements: {@link Source},
 * {@link Receiver}, {@link Sink}, {@link Probe}. The hub calls one connector from several threads, but {@link Source#poll} never twice
 * at a time.
 */
public interface Connector extends AutoCloseable {

    @Override
    default void close() throws Exception {}
}
