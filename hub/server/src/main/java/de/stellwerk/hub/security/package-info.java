/** Who is calling, and what they may do. */
@NullMarked
package de.stellwerk.hub.security;

import org.jspecify.annotations.NullMarked;
