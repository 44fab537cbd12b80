package de.stellwerk.plugins.mail;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A plain mail address, {@code local@domain}, in ASCII: one {@code @}, no quotes, no comments, no blanks, no line ends. Narrower than
 * RFC 5321 on purpose: what is left out is used by attackers more often than by people.
 */
public record MailAddress(String local, String domain) {

    private static final Pattern LOCAL =
            Pattern.compile("[A-Za-z0-9_+=~&%$#*'/?^{|}!-]+(\\.[A-Za-z0-9_+=~&%$#*'/?^{|}!-]+)*");
    private static final Pattern DOMAIN = Pattern.compile(
            "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    public static Optional<MailAddress> of(String text) {
        var at = text.indexOf('@');
        if (at < 1 || at > 64 || text.length() > 254) {
            return Optional.empty();
        }
        var address = new MailAddress(text.substring(0, at), text.substring(at + 1));
        var plain = LOCAL.matcher(address.local).matches()
                && DOMAIN.matcher(address.domain).matches();
        return plain ? Optional.of(address) : Optional.empty();
    }

    public String text() {
        return local + "@" + domain;
    }

    /** Without the address: it is personal. */
    @Override
    public String toString() {
        return "MailAddress";
    }
}
