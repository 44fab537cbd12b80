/** How many nodes carry how much: a model that is fed with measured figures. */
@NullMarked
package de.stellwerk.hub.bench.nodes;

import org.jspecify.annotations.NullMarked;
