package de.stellwerk.hub.spi;

import java.nio.file.Path;
import java.time.Clock;

/** What the hub lends to one connection. */
public interface HubContext {

    /** The connection's name within its municipality. */
    String connection();

    /** The municipality's AGS: eight digits. */
    String municipality();

    /** The only clock to use. */
    Clock clock();

    /** A folder for this connection alone; a cache, not a memory: it may be empty after a restart. */
    Path directory();
}
