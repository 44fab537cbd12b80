package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes connections that take the submissions of one destination. */
public final class FitConnectSubscriber implements ConnectorFactory {

    static final String SUBMISSIONS = "submissions";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("fit-connect-subscriber", "FIT-Connect, submissions in")
                .channels(Channel.in(SUBMISSIONS))
                .settings(Common.with(
                        Setting.required("destination", "Id of the destination")
                                .as(Type.TEXT, Common.UUID)
                                .help(
                                        "Zustellpunkt, dessen Einreichungen geholt werden.",
                                        "Destination whose submissions are fetched."),
                        Setting.required("decryption-keys", "File of the private keys for decryption (JWK or set)")
                                .as(Type.PATH)
                                .help(
                                        "Datei mit den privaten Schlüsseln (JWK oder JWK-Set), nur für den Hub lesbar.",
                                        "File of the private keys (JWK or JWK set), readable for the hub only."),
                        Setting.required("signing-key", "File of the private key for events (JWK)")
                                .as(Type.PATH)
                                .help(
                                        "Datei mit dem privaten Signaturschlüssel (JWK), nur für den Hub lesbar.",
                                        "File of the private signing key (JWK), readable for the hub only."),
                        Setting.optional("kind", "Kind of the messages", "form.submission")
                                .as(Type.TEXT, "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")
                                .help("Art der Nachrichten.", "Kind of the messages."),
                        Setting.optional("acknowledge", "Event when the hub holds a submission", "accept")
                                .as(Type.CHOICE, "accept", "forward")
                                .help(
                                        "Ereignis, sobald der Hub die Einreichung hält: accept (angenommen) oder forward (weitergeleitet).",
                                        "Event once the hub holds a submission: accept or forward."),
                        Setting.optional("schemas", "Allowed data schemas; empty means any", "")
                                .help(
                                        "Zulässige Fachdatenschemata, durch Komma getrennt.",
                                        "Allowed data schemas, separated by commas."),
                        Setting.optional("services", "Allowed services; empty means any", "")
                                .help(
                                        "Zulässige Leistungen als URN, durch Komma getrennt.",
                                        "Allowed services as URN, separated by commas."),
                        new Setting("callback-secret", "Secret of the callback", false, true, Optional.of(""))
                                .help(
                                        "Geheimnis des Callbacks; leer heißt: keine Callbacks, nur Abfrage.",
                                        "Secret of the callback; empty means: no callbacks, polling only.")));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws IOException {
        var api = Common.api(settings, hub.clock());
        var secret = settings.text("callback-secret");
        var verification = new Verification(
                Common.events(settings, api),
                decryption(settings.path("decryption-keys")),
                settings.text("api").equals("v1"),
                Common.largest(settings),
                Common.words(settings.text("schemas")),
                Common.words(settings.text("services")));
        var signing = Jose.key(Files.readString(settings.path("signing-key")));
        if (!signing.isPrivate() || signing.getKeyID() == null) {
            throw new IOException("fit.key: 'signing-key' is not a private key with a kid");
        }
        return new Subscriber(
                api,
                verification,
                new Subscriber.Card(
                        settings.text("destination"),
                        settings.text("kind"),
                        settings.text("acknowledge").equals("accept") ? EventLog.ACCEPT : EventLog.FORWARD,
                        signing,
                        secret.isEmpty() ? Optional.empty() : Optional.of(new CallbackProof(secret, hub.clock()))),
                hub.clock());
    }

    private static Map<String, RSAKey> decryption(Path file) throws IOException {
        var text = Files.readString(file);
        try {
            List<JWK> all = text.contains("\"keys\"") ? JWKSet.parse(text).getKeys() : List.of(JWK.parse(text));
            var keys = new HashMap<String, RSAKey>();
            for (var key : all) {
                if (key instanceof RSAKey rsa && rsa.isPrivate() && rsa.getKeyID() != null) {
                    keys.put(rsa.getKeyID(), rsa);
                }
            }
            if (keys.isEmpty()) {
                throw new IOException("fit.key: 'decryption-keys' holds no private RSA key with a kid");
            }
            return Map.copyOf(keys);
        } catch (ParseException e) {
            throw new IOException("fit.key: 'decryption-keys' holds no key in the form of RFC 7517 (JWK)", e);
        }
    }
}
