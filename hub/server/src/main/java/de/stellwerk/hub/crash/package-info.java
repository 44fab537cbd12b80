/** Named points between two steps, at which a test ends the process the way a kill or a power cut would. */
@NullMarked
package de.stellwerk.hub.crash;

import org.jspecify.annotations.NullMarked;
