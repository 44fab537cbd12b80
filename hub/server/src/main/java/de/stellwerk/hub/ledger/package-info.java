/** The one memory of the hub: messages, deliveries, attempts and what happened to them. SQL only here. */
@NullMarked
package de.stellwerk.hub.ledger;

import org.jspecify.annotations.NullMarked;
