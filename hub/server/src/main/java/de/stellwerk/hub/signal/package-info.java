/** The signal in front of the doors: whether a message may come in at this moment, and if not, why. */
@NullMarked
package de.stellwerk.hub.signal;

import org.jspecify.annotations.NullMarked;
