/**
 * The second level of connectors: those written as Camel routes.
 *
 * <p>The story of such a plugin: its factory extends {@link de.stellwerk.hub.camel.CamelConnectorFactory}, which keeps one Camel
 * context for the plugin, on the plugin's own class loader, made when the first connection opens. Every connection is a
 * {@link de.stellwerk.hub.camel.CamelConnector}: it adds routes to that context when it opens and takes them away when it closes.
 * The hub calls it like any other connector, and it calls its routes through {@linkplain de.stellwerk.hub.camel.CamelConnector#door
 * doors}; what a route answers or throws becomes a {@link de.stellwerk.hub.spi.DeliveryResult}. Formats are packages of typed message
 * classes, read and written by {@link de.stellwerk.hub.camel.Messages}. Patience is the hub's work: no route here redelivers.
 */
@NullMarked
package de.stellwerk.hub.camel;

import org.jspecify.annotations.NullMarked;
