/** Brings filled-in forms from a mailbox or a folder: the files of one form are found by their names and become one message. */
@NullMarked
package de.stellwerk.plugins.forms;

import org.jspecify.annotations.NullMarked;
