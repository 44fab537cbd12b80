/** Proves who made a document and that it is whole, and seals what the hub itself says. */
@NullMarked
package de.stellwerk.hub.signature;

import org.jspecify.annotations.NullMarked;
