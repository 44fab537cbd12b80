/** Puts everything the hub can prove of one case into one sealed file, and checks such a file without a hub. */
@NullMarked
package de.stellwerk.hub.evidence;

import org.jspecify.annotations.NullMarked;
