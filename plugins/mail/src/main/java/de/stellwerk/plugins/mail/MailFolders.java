package de.stellwerk.plugins.mail;

/** The folders of the mailbox: where mails are read, and where they are moved to. */
public record MailFolders(String inbox, String processed, String rejected) {

    public MailFolders {
        if (inbox.equals(processed) || inbox.equals(rejected)) {
            throw new IllegalArgumentException(
                    "settings 'imap-processed' and 'imap-rejected' name other folders than 'imap-folder'");
        }
    }
}
