package de.stellwerk.plugins.callback;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.nio.charset.StandardCharsets;

/** Makes connections to systems that speak HTTP both ways, with a secret both sides know. JDK only. */
public final class HttpCallback implements ConnectorFactory {

    static final String PUSHES = "pushes";
    static final String REQUESTS = "requests";
    static final String ANSWERS = "answers";

    private static final int SHORTEST_SECRET = 16;

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("http-callback", "HTTP, pushed in and answered by callback")
                .channels(Channel.in(PUSHES), Channel.answered(REQUESTS), Channel.in(ANSWERS))
                .settings(
                        Setting.required("url", "Where deliveries are posted to")
                                .as(Type.URI, "http", "https")
                                .help(
                                        "Adresse, an die der Hub Zustellungen sendet; http nur auf demselben Rechner.",
                                        "Address the hub posts deliveries to; http on the same computer only."),
                        Setting.secret("secret", "Secret both sides know")
                                .help(
                                        "Gemeinsames Geheimnis für die Signatur, mindestens 16 Zeichen.",
                                        "Shared secret for the signature, at least 16 characters."),
                        Setting.required("kind", "Kind of what is pushed")
                                .as(Type.TEXT, "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")
                                .help(
                                        "Art der Nachrichten, die hereinkommen, etwa form.submission.",
                                        "Kind of the messages that come in, such as form.submission."),
                        Setting.optional("callback-url", "Where answers are to be posted to", "")
                                .as(Type.URI, "http", "https")
                                .help(
                                        "Adresse dieser Verbindung am Hub, wie das Ziel sie erreicht: …/hooks/AGS/Name.",
                                        "Address of this connection at the hub as the target reaches it: …/hooks/AGS/name."),
                        Setting.optional("tolerance", "How old a signature may be", "5m")
                                .as(Type.DURATION, "1s", "1h")
                                .help("Wie alt eine Signatur sein darf.", "How old a signature may be."),
                        Setting.optional("timeout", "How long to wait for the target", "30s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf das Ziel.", "How long to wait for the target."))
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var secret = settings.text("secret").getBytes(StandardCharsets.UTF_8);
        if (secret.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException("setting 'secret' has at least " + SHORTEST_SECRET + " characters");
        }
        var signature = new Signature(secret, settings.duration("tolerance"), hub.clock());
        return new Exchange(
                new Incoming(signature, settings.text("kind")),
                new Outgoing(
                        settings.uri("url"), settings.text("callback-url"), signature, settings.duration("timeout")));
    }
}
