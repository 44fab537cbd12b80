package de.stellwerk.plugins.jms;

import static de.stellwerk.hub.spi.Setting.optional;
import static de.stellwerk.hub.spi.Setting.required;
import static de.stellwerk.hub.spi.Setting.secret;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.Settings;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What both kinds of connector share: their settings, and what is made of them. */
final class Opening {

    private static final int MEBIBYTE = 1 << 20;
    /** A message is in memory while it is read or sent; more MiB would let one connection starve the others. */
    private static final int LARGEST = 200;

    private static final Pattern QUEUE = Pattern.compile("[A-Za-z0-9._-]{1,120}");
    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");
    private static final Pattern PROPERTY = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]{0,120}");

    private Opening() {}

    static ConnectorDescriptor card(String name, String title) {
        return ConnectorDescriptor.of(name, title)
                .channels(Channel.in(Incoming.CHANNEL), Channel.out(Outgoing.CHANNEL))
                .settings(
                        required("broker-url", "Adresse des Brokers, z. B. tcp://broker.example.org:61616")
                                .as(Type.TEXT, "\\(?tcp://\\S+")
                                .help(
                                        "Adresse des Brokers, etwa tcp://broker.example.org:61616.",
                                        "Address of the broker, such as tcp://broker.example.org:61616."),
                        required("user", "Benutzer am Broker").help("Benutzer am Broker.", "User at the broker."),
                        secret("password", "Kennwort dieses Benutzers")
                                .help("Kennwort dieses Benutzers.", "Password of that user."),
                        optional("timeout", "Wartezeit auf den Broker", "10s")
                                .as(Type.DURATION, "1s", "10m")
                                .help("Wartezeit auf den Broker.", "How long to wait for the broker."),
                        optional("in", "Warteschlange, aus der der Hub liest", "")
                                .as(Type.TEXT, QUEUE.pattern())
                                .help("Warteschlange, aus der der Hub liest.", "Queue the hub reads from."),
                        optional("rejected", "Warteschlange für Abgelehntes; nötig mit 'in'", "")
                                .as(Type.TEXT, QUEUE.pattern())
                                .help(
                                        "Warteschlange für Abgelehntes; nötig mit in.",
                                        "Queue for what is rejected; needed with in."),
                        optional("kind", "Art der gelesenen Nachrichten, z. B. form.submission", "")
                                .as(Type.TEXT, KIND.pattern())
                                .help(
                                        "Art der gelesenen Nachrichten, etwa form.submission.",
                                        "Kind of the messages read, such as form.submission."),
                        optional("media-type", "Medientyp der gelesenen Nachrichten", "application/xml")
                                .help("Medientyp der gelesenen Nachrichten.", "Media type of the messages read."),
                        optional(
                                        "id-property",
                                        "Eigenschaft mit der fachlichen Kennung einer Nachricht; leer: JMSMessageID",
                                        "")
                                .as(Type.TEXT, PROPERTY.pattern())
                                .help(
                                        "Eigenschaft mit der fachlichen Kennung einer Nachricht; leer: JMSMessageID.",
                                        "Property with the business id of a message; empty: JMSMessageID."),
                        optional("case-property", "Eigenschaft mit dem Vorgang, auch JMSCorrelationID", "")
                                .as(Type.TEXT, PROPERTY.pattern())
                                .help(
                                        "Eigenschaft mit dem Vorgang, auch JMSCorrelationID.",
                                        "Property with the case, JMSCorrelationID too."),
                        optional("headers", "Eigenschaften, die Kopfzeilen werden, durch Komma getrennt", "")
                                .help(
                                        "Eigenschaften, die Kopfzeilen werden, durch Komma getrennt.",
                                        "Properties that become headers, separated by commas."),
                        optional("out", "Warteschlange, in die der Hub schreibt", "")
                                .as(Type.TEXT, QUEUE.pattern())
                                .help("Warteschlange, in die der Hub schreibt.", "Queue the hub writes to."),
                        optional("format", "Form des Geschriebenen: bytes oder text", "bytes")
                                .as(Type.CHOICE, "bytes", "text")
                                .help("Form des Geschriebenen.", "Form of what is written."),
                        optional("max-size", "Größte Nachricht und größte Anlage in MiB", "20")
                                .as(Type.NUMBER, "1", String.valueOf(LARGEST))
                                .help(
                                        "Größte Nachricht und größte Anlage in MiB.",
                                        "Largest message and largest attachment, in MiB."));
    }

    static Connector open(Settings settings) {
        var in = settings.text("in");
        var out = settings.text("out");
        if (in.isEmpty() && out.isEmpty()) {
            throw new IllegalArgumentException("setting 'in' or 'out' must name a queue");
        }
        var limit = settings.number("max-size");
        if (limit < 1 || limit > LARGEST) {
            throw new IllegalArgumentException("setting 'max-size' lies between 1 and " + LARGEST);
        }
        if (!settings.text("broker-url").matches("\\(?tcp://\\S+")) {
            throw new IllegalArgumentException("setting 'broker-url' begins with tcp://");
        }
        // Everything is checked before anything is made: nothing is left open by a setting that cannot work.
        if (out.isEmpty()) {
            return new Incoming(rules(settings, in, limit * MEBIBYTE), broker(settings));
        }
        var isText = isText(settings);
        queue(settings, "out");
        if (in.isEmpty()) {
            return new Outgoing(broker(settings), out, isText, limit * MEBIBYTE);
        }
        if (Set.of(in, settings.text("rejected")).contains(out)) {
            throw new IllegalArgumentException(
                    "setting 'out' names a queue of its own: otherwise the hub reads what it has written");
        }
        var rules = rules(settings, in, limit * MEBIBYTE);
        // One connection a way: trouble of one is none of the other's.
        return new BothWays(
                new Incoming(rules, broker(settings)), new Outgoing(broker(settings), out, isText, limit * MEBIBYTE));
    }

    private static Incoming.Rules rules(Settings settings, String in, int limit) {
        queue(settings, "in");
        queue(settings, "rejected");
        if (in.equals(settings.text("rejected"))) {
            throw new IllegalArgumentException(
                    "setting 'rejected' names another queue than 'in': what the hub refuses would come back for ever");
        }
        if (!KIND.matcher(settings.text("kind")).matches()) {
            throw new IllegalArgumentException("setting 'kind' names the kind of message, such as form.submission");
        }
        var headers = Stream.of(settings.text("headers").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        properties("headers", headers);
        for (var name : List.of("id-property", "case-property")) {
            if (!settings.text(name).isEmpty()) {
                properties(name, List.of(settings.text(name)));
            }
        }
        return new Incoming.Rules(
                in,
                settings.text("rejected"),
                new Reading(
                        settings.text("kind"),
                        settings.text("media-type"),
                        settings.text("id-property"),
                        settings.text("case-property"),
                        headers,
                        limit));
    }

    private static void properties(String setting, List<String> names) {
        if (!names.stream().allMatch(name -> PROPERTY.matcher(name).matches())) {
            throw new IllegalArgumentException(
                    "setting '" + setting + "' names JMS properties: letters, digits, underscores and dollars");
        }
    }

    private static void queue(Settings settings, String name) {
        if (!QUEUE.matcher(settings.text(name)).matches()) {
            throw new IllegalArgumentException("setting '" + name
                    + "' names a queue of the broker: letters, digits, dots, dashes and underscores only");
        }
    }

    private static boolean isText(Settings settings) {
        return switch (settings.text("format")) {
            case "text" -> true;
            case "bytes" -> false;
            default -> throw new IllegalArgumentException("setting 'format' is bytes or text");
        };
    }

    private static Broker broker(Settings settings) {
        return new Broker(
                settings.text("broker-url"),
                settings.text("user"),
                settings.text("password"),
                settings.duration("timeout"));
    }
}
