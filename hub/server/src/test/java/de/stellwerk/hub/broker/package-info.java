/** Tests of the embedded broker. */
@NullMarked
package de.stellwerk.hub.broker;

import org.jspecify.annotations.NullMarked;
