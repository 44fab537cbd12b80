/** Reads the service portal's export (XZuFi) and says which areas a municipality lies in. */
@NullMarked
package de.stellwerk.hub.directory;

import org.jspecify.annotations.NullMarked;
