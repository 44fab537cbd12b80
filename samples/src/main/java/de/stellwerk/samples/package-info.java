/** A town to try: plays a day between the state's base components and two town halls through a running hub, and checks the books. */
@NullMarked
package de.stellwerk.samples;

import org.jspecify.annotations.NullMarked;
