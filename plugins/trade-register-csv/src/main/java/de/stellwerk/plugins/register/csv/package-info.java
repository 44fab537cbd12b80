/** A trade register that takes CSV lines from a JMS queue. */
@NullMarked
package de.stellwerk.plugins.register.csv;

import org.jspecify.annotations.NullMarked;
