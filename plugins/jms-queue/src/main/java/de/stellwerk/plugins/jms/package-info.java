/** Queues on a broker that is not the hub's: messages are taken from one, and laid into another. */
@NullMarked
package de.stellwerk.plugins.jms;

import org.jspecify.annotations.NullMarked;
