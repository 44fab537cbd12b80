package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.ConnectorFactory;

/** Where the code of one plugin version runs: behind its wall in the hub's own process, or in a process of its own. */
interface Dwelling {

    /** The context class loader of threads that step into it. */
    ClassLoader loader();

    /** Makes its factories, or what stands in for them. Runs the plugin's code. */
    Iterable<ConnectorFactory> factories() throws ConnectorFailed;

    /** How its own process stands, for people, without a code; {@link Reason#NONE} if it lives in the hub's. */
    Reason process();

    /** To be called when its connectors and factories are closed. */
    void close();
}
