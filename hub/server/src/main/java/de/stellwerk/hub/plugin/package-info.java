/** Finds connectors in plugin jars, keeps them behind the wall, and opens connections; the only room that knows PF4J. */
@NullMarked
package de.stellwerk.hub.plugin;

import org.jspecify.annotations.NullMarked;
