package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Optional;

/**
 * A mail taken apart.
 *
 * @param id the Message-ID, if there is exactly one and it is plain
 * @param sender the author's address, if there is exactly one and it is plain
 * @param document the first XML or PDF document
 * @param attachments all other attachments, in order
 */
record Letter(
        Optional<String> id, Optional<MailAddress> sender, Optional<Content> document, List<Content> attachments) {}
