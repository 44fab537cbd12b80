/** What is made of a connector's card: the one rule its settings are checked by, their values, a JSON Schema and a page for people. */
@NullMarked
package de.stellwerk.hub.settings;

import org.jspecify.annotations.NullMarked;
