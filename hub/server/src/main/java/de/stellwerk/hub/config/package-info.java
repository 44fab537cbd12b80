/** Reads {@code config/}, reports every problem at once, and is then sealed. */
@NullMarked
package de.stellwerk.hub.config;

import org.jspecify.annotations.NullMarked;
