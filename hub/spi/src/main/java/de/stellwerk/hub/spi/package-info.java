/**
 * What a plugin sees of the hub: the JDK, these types, and nothing else.
 *
 * <p>The story of a plugin: a jar names a {@link de.stellwerk.hub.spi.ConnectorFactory} in {@code META-INF/services}. The hub
 * asks it for its {@link de.stellwerk.hub.spi.ConnectorDescriptor}, checks a municipality's settings against it, and creates one
 * {@link de.stellwerk.hub.spi.Connector} a connection. A {@link de.stellwerk.hub.spi.Source} is asked for messages at the hub's
 * pace, a {@link de.stellwerk.hub.spi.Receiver} when somebody pushes, a {@link de.stellwerk.hub.spi.Sink} when a delivery is due.
 * Three sentences carry the protocol: <em>a message is taken when {@code accept} returns, so acknowledge only then; the same
 * delivery may come again, so recognise it by its id; throwing means "not known to have arrived"</em>.
 */
@NullMarked
package de.stellwerk.hub.spi;

import org.jspecify.annotations.NullMarked;
