package de.stellwerk.plugins.mailbox;

/** The folders of the mailbox: where mails are read, and where they are moved to. */
record IncomingFolders(String inbox, String processed, String rejected) {

    IncomingFolders {
        if (inbox.equals(processed) || inbox.equals(rejected)) {
            throw new IllegalArgumentException(
                    "settings 'imap-processed' and 'imap-rejected' name other folders than 'imap-folder'");
        }
    }
}
