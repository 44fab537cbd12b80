/** The hub: reads its configuration, wires the rooms by hand, and starts them in order. */
@NullMarked
package de.stellwerk.hub;

import org.jspecify.annotations.NullMarked;
