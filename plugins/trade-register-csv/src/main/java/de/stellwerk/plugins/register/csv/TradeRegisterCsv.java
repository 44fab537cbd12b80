package de.stellwerk.plugins.register.csv;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.util.List;
import java.util.stream.Stream;

/** Makes connections to a trade register that takes CSV lines from a JMS queue. */
public final class TradeRegisterCsv extends CamelConnectorFactory {

    /** An attachment is in memory while it is sent; more MiB would let one connection starve the others. */
    private static final int LARGEST_LIMIT = 200;

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("trade-register-csv", "Gewerberegister, CSV-Zeilen über eine JMS-Warteschlange")
                .channels(Channel.out("out"))
                .settings(
                        Setting.optional("broker-url", "Adresse des Brokers", "tcp://127.0.0.1:61616")
                                .as(Type.URI, "tcp")
                                .help("Adresse des Brokers.", "Address of the broker."),
                        Setting.required("user", "Benutzer am Broker")
                                .help("Benutzer am Broker.", "User at the broker."),
                        Setting.secret("password", "Kennwort dieses Benutzers")
                                .help("Kennwort dieses Benutzers.", "Password of that user."),
                        Setting.required("queue", "Warteschlange, aus der das Register liest")
                                .help("Warteschlange, aus der das Register liest.", "Queue the register reads from."),
                        Setting.required("columns", "Spalten nach 'id', durch Komma getrennt, z. B. vorgang,firma,ort")
                                .help(
                                        "Spalten nach id, durch Komma getrennt, etwa vorgang,firma,ort.",
                                        "Columns after id, separated by commas, such as vorgang,firma,ort."),
                        Setting.optional("header", "Kopfzeile vor jeder Zeile (true oder false)", "true")
                                .as(Type.FLAG)
                                .help(
                                        "Ob vor jeder Zeile eine Kopfzeile steht.",
                                        "Whether there is a heading before each line."),
                        Setting.optional("attachment-limit", "Größte Anlage in MiB", "20")
                                .as(Type.NUMBER, "1", "1024")
                                .help("Größte Anlage in MiB.", "Largest attachment, in MiB."),
                        Setting.optional("timeout", "Wartezeit auf den Broker", "10s")
                                .as(Type.DURATION, "1s", "10m")
                                .help("Wartezeit auf den Broker.", "How long to wait for the broker."))
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) {
        var queue = settings.text("queue");
        if (!queue.matches("[A-Za-z0-9._-]{1,120}")) {
            throw new IllegalArgumentException(
                    "setting 'queue' has letters, digits, dots, dashes and underscores only");
        }
        var limit = settings.number("attachment-limit");
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw new IllegalArgumentException("setting 'attachment-limit' lies between 1 and " + LARGEST_LIMIT);
        }
        var broker = new Broker(
                settings.text("broker-url"),
                settings.text("user"),
                settings.text("password"),
                settings.duration("timeout"));
        return new RegisterQueue(
                hub, broker, queue, new Table(columns(settings.text("columns")), settings.flag("header")), limit);
    }

    private static List<String> columns(String setting) {
        return Stream.of(setting.split("[,;]")).map(String::strip).toList();
    }
}
