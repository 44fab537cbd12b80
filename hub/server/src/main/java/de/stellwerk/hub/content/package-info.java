/** Keeps the bytes of messages: small parts go into the database, large ones into a folder, named by their hash. */
@NullMarked
package de.stellwerk.hub.content;

import org.jspecify.annotations.NullMarked;
