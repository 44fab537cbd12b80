/** Mails on their way in, for every plugin that reads a mailbox: fetched, taken apart within limits, moved once the hub has answered. */
@NullMarked
package de.stellwerk.plugins.mail;

import org.jspecify.annotations.NullMarked;
