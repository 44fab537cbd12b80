/** Tests of the private PostgreSQL, and the one that all other tests share. */
@NullMarked
package de.stellwerk.hub.postgres;

import org.jspecify.annotations.NullMarked;
