/** Everything from outside passes here first: XML, headers, file names, media types, archives. */
@NullMarked
package de.stellwerk.hub.gate;

import org.jspecify.annotations.NullMarked;
