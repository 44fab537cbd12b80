/**
 * Golden messages: cases of what a connector does, each a folder. The same folders are run by JUnit
 * ({@link de.stellwerk.hub.testkit.GoldenFolder}) and, packed into the jar, by a hub before it lets the jar take part. Nothing in here
 * needs JUnit or another library.
 */
@NullMarked
package de.stellwerk.hub.testkit.golden;

import org.jspecify.annotations.NullMarked;
