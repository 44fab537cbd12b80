/** Says whether a message keeps to its format: syntax, version, schema, and the sums and check digits in it. */
@NullMarked
package de.stellwerk.hub.validation;

import org.jspecify.annotations.NullMarked;
