package de.stellwerk.plugins.mail;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Mails for the tests, as text. */
public final class Mails {

    public static final String NOTICE = "<notice xmlns=\"urn:test\">Bescheid</notice>";

    private Mails() {}

    /** A mail with a signed document and a scan. */
    public static String notice(String name) {
        return notice(name, "kanzlei@example.org");
    }

    public static String notice(String name, String from) {
        return header(name, from) + "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
                + "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag\r\n"
                + attachment("b", "application/xml", "bescheid-" + name + ".xml", NOTICE)
                + attachment("b", "image/png", "scan.png", "scan of " + name)
                + "--b--\r\n";
    }

    public static String header(String name, String from) {
        return "Message-ID: <" + name.replace(' ', '-') + "@example.org>\r\nFrom: " + from
                + "\r\nTo: gewerbeamt@pirna.example.org\r\nSubject: Bescheid\r\nMIME-Version: 1.0\r\n";
    }

    /** A mail of these parts, each beginning with the boundary {@code b}. */
    public static String mixed(String parts) {
        return header("1", "kanzlei@example.org") + "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n" + parts
                + "--b--\r\n";
    }

    /** A document inside so many multiparts. */
    public static String deep(int levels) {
        var mail = new StringBuilder(header("1", "kanzlei@example.org"));
        for (var i = 0; i < levels; i++) {
            mail.append("Content-Type: multipart/mixed; boundary=\"b")
                    .append(i)
                    .append("\"\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        mail.append(attachment("b" + (levels - 1), "text/xml", "a.xml", "<a/>"));
        return mail.toString();
    }

    public static String attachment(String boundary, String type, String name, String content) {
        return "--" + boundary + "\r\nContent-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }
}
