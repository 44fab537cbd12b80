/** Pages for people: for now one plain status page. */
@NullMarked
package de.stellwerk.hub.console;

import org.jspecify.annotations.NullMarked;
