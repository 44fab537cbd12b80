<<<<<<< HEAD
/** Says whether a signed document can be relied on, and seals the hub's own receipts; the cryptography is only here. */
=======
/** Proves who made a document and that it is whole, and seals what the hub itself says. */
>>>>>>> route
@NullMarked
package de.stellwerk.hub.signature;

import org.jspecify.annotations.NullMarked;
