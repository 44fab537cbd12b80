/** Reads signed documents from a municipality's mailbox (IMAP) and sends mails from it (SMTP). */
@NullMarked
package de.stellwerk.plugins.mailbox;

import org.jspecify.annotations.NullMarked;
