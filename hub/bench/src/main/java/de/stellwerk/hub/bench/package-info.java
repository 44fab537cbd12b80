/** Measurements: each figure beside what it is to be compared with, in one run. */
@NullMarked
package de.stellwerk.hub.bench;

import org.jspecify.annotations.NullMarked;
