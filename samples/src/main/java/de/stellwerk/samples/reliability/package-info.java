/** What the tests have tried of the hub's promises: rows that they write, and the page that shows them. */
@NullMarked
package de.stellwerk.samples.reliability;

import org.jspecify.annotations.NullMarked;
