/** The embedded Artemis: carries ids between the rooms of the hub, and opens a door for local systems that speak JMS. */
@NullMarked
package de.stellwerk.hub.broker;

import org.jspecify.annotations.NullMarked;
