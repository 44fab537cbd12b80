/** What is sent in the town: registrations, signed notices, and the inputs nobody wants. */
@NullMarked
package de.stellwerk.samples.letters;

import org.jspecify.annotations.NullMarked;
