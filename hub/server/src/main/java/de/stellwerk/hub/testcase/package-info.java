/** A message as a golden message for the authors of connectors, with everything in it that might be personal replaced. */
@NullMarked
package de.stellwerk.hub.testcase;

import org.jspecify.annotations.NullMarked;
