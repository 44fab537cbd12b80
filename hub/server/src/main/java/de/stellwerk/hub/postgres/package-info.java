/** Runs the hub's private PostgreSQL: unpacks it, starts it or finds it still running, checks that it is safe, stops it. */
@NullMarked
package de.stellwerk.hub.postgres;

import org.jspecify.annotations.NullMarked;
