/** The REST door: for systems that send forms, and for people and scripts that ask or decide. */
@NullMarked
package de.stellwerk.hub.api;

import org.jspecify.annotations.NullMarked;
