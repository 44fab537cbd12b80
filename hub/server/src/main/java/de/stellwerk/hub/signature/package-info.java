/** Says whether a signed document can be relied on, and seals the hub's own receipts; the cryptography is only here. */
@NullMarked
package de.stellwerk.hub.signature;

import org.jspecify.annotations.NullMarked;
