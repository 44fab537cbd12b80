/** The systems around the hub, each a program of its own that keeps a journal of its own. */
@NullMarked
package de.stellwerk.samples.town;

import org.jspecify.annotations.NullMarked;
