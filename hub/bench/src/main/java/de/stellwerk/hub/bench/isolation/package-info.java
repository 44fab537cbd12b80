/** What it costs to keep a plugin apart: the same deliveries without the hub, in its process, and in a process of their own. */
@NullMarked
package de.stellwerk.hub.bench.isolation;

import org.jspecify.annotations.NullMarked;
