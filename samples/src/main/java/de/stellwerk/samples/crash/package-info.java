/**
 * The promise, tried: a real hub is killed again and again on the same data while traffic runs over every channel, and what the senders
 * were told is compared with what the receivers hold.
 */
@NullMarked
package de.stellwerk.samples.crash;

import org.jspecify.annotations.NullMarked;
