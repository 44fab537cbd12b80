package de.stellwerk.plugins.mailbox;

import java.util.Base64;

/** Mails for the tests, as text. */
final class Mails {

    static final String NOTICE = "<notice xmlns=\"urn:test\">Bescheid</notice>";

    private Mails() {}

    /** A mail with a signed document and a scan. */
    static String notice(String name) {
        return notice(name, "kanzlei@example.org");
    }

    static String notice(String name, String from) {
        return header(name, from) + "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
                + "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag\r\n"
                + attachment("b", "application/xml", "bescheid-" + name + ".xml", NOTICE)
                + attachment("b", "image/png", "scan.png", "scan of " + name)
                + "--b--\r\n";
    }

    static String header(String name, String from) {
        return "Message-ID: <" + name.replace(' ', '-') + "@example.org>\r\nFrom: " + from
                + "\r\nTo: gewerbeamt@pirna.example.org\r\nSubject: Bescheid\r\nMIME-Version: 1.0\r\n";
    }

    static String attachment(String boundary, String type, String name, String content) {
        return "--" + boundary + "\r\nContent-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                + "\r\n";
    }
}
