/** Lays deliveries into a folder: the smallest connector, and the one to copy. */
@NullMarked
package de.stellwerk.plugins.filedrop;

import org.jspecify.annotations.NullMarked;
