/**
 * Mail for authorities by OSCI-Transport 1.2: dialogs with an intermediary, orders signed and encrypted at both levels (XML-DSig, XML-Enc),
 * on the JDK alone. Another implementation, such as the official library, is put in through {@link de.stellwerk.plugins.osci.OsciClient}.
 */
@NullMarked
package de.stellwerk.plugins.osci;

import org.jspecify.annotations.NullMarked;
