/** Does what is due: runs routes, calls sinks, and writes down what came of it. */
@NullMarked
package de.stellwerk.hub.delivery;

import org.jspecify.annotations.NullMarked;
