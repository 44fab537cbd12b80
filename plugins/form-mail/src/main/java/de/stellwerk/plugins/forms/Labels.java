package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * What a form is called in the hub.
 *
 * @param service LeiKa key of forms that {@code services} does not name; may be empty
 * @param services LeiKa key by number of the form
 */
record Labels(String kind, String service, Map<String, String> services) {

    static final String INCOMPLETE = "form.incomplete";

    private static final int LONGEST_ID = 200;

    /** A form's number and the key of its transaction stand in the name of its files, {@code <number>-<key>}. */
    Message form(String base, Forms.Form form) {
        var number = form.stem().replaceFirst("-.*", "");
        var key =
                form.stem().substring(Math.min(number.length() + 1, form.stem().length()));
        var message = Message.of(id(base, form.stem()), kind, form.body());
        for (var attachment : form.attachments()) {
            message = message.attach(attachment);
        }
        if (number.matches("[A-Za-z0-9][A-Za-z0-9._]{0,39}")) {
            message = message.header("form", number);
        }
        if (key.matches("[A-Za-z0-9._-]{1,80}")) {
            message = message.header("transaction", key);
        }
        var leika = services.getOrDefault(number, service);
        return leika.isEmpty() ? message : message.header("service", leika);
    }

    /** @param code why it is no form */
    static Message incomplete(String base, Content body, String code, String detail) {
        return Message.of(id(base, "incomplete"), INCOMPLETE, body)
                .header("problem", code)
                .header("detail", detail);
    }

    /** The same files from the same place have the same id. */
    private static String id(String base, String stem) {
        var id = base + "#" + stem;
        return id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)
                ? "sha256:" + HexFormat.of().formatHex(sha256().digest(id.getBytes(StandardCharsets.UTF_8)))
                : id;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
