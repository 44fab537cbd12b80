/**
 * The kit connectors are tested with: a {@linkplain de.stellwerk.hub.testkit.TestHub fake hub}, and the contracts a
 * {@linkplain de.stellwerk.hub.testkit.SinkContract sink} and a {@linkplain de.stellwerk.hub.testkit.SourceContract source} keep.
 */
@NullMarked
package de.stellwerk.hub.testkit;

import org.jspecify.annotations.NullMarked;
