/** Plugin jars as no author should build them, to see that a hub takes none of them. */
@NullMarked
package de.stellwerk.samples.plugins;

import org.jspecify.annotations.NullMarked;
