/** HTTP both ways: a system pushes messages to the hub, and answers what the hub delivers by a callback. */
@NullMarked
package de.stellwerk.plugins.callback;

import org.jspecify.annotations.NullMarked;
