package de.stellwerk.hub.gate;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Lets through the headers of a message that can do no harm, and silently drops the others.
 *
 * <p>Camel finds headers without regard to case and steers its components by them, and so do mail and HTTP clients. So this
 * is an allow-list of plain names, minus the names that anything behind the hub acts on.
 */
public final class HeaderGate {

    static final int COUNT = 64;
    static final int LENGTH = 2_000;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private static final Set<String> STEERING = Set.of(
            // Camel, JMS and SOAP
            "operationname",
            "operationnamespace",
            "soapaction",
            "breadcrumbid",
            "firedtime",
            // mail
            "to",
            "from",
            "cc",
            "bcc",
            "subject",
            "reply-to",
            "return-path",
            "mime-version",
            // HTTP
            "host",
            "authorization",
            "cookie",
            "set-cookie",
            "connection",
            "upgrade",
            "expect",
            "te",
            "trailer",
            "location",
            "forwarded",
            "origin",
            "referer",
            "accept-encoding");

    private static final Pattern STEERING_FAMILY = Pattern.compile(
            "(?:camel|org-apache-camel|jms|amq|hub-|stellwerk|x-forwarded|proxy|content|transfer|websocket|mail-smtp|resent).*");

    private HeaderGate() {}

    /**
     * The headers that pass, in the order of their names: lower-case letters, digits and dashes, at most 63 characters, not
     * reserved; values without control characters, at most {@value #LENGTH} characters; at most {@value #COUNT} headers.
     */
    public static Map<String, String> pass(Map<String, String> in) {
        var passed = new TreeMap<String, String>();
        in.forEach((name, value) -> {
            if (name(name) && value(value)) passed.put(name, value);
        });
        while (passed.size() > COUNT) passed.pollLastEntry();
        return Map.copyOf(passed);
    }

    private static boolean name(String name) {
        return NAME.matcher(name).matches()
                && !STEERING.contains(name)
                && !STEERING_FAMILY.matcher(name).matches();
    }

    private static boolean value(String value) {
        return value.length() <= LENGTH && value.codePoints().noneMatch(Hidden::isHidden);
    }
}
