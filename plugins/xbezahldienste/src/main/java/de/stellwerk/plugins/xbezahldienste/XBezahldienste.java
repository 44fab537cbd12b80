package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes connections to a payment service, one for each online service of an authority. */
public final class XBezahldienste extends CamelConnectorFactory {

    private final Messages payments = Messages.of(PaymentOrder.class, PaymentStatus.class);

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("xbezahldienste", "Bezahldienst (XBezahldienste 1.0, REST)")
                .channels(
                        Channel.answered("orders", "payment.order"),
                        Channel.in("confirmations", "payment.status", "payment.failed", "payment.open"))
                .settings(
                        Setting.required("url", "Adresse des Bezahldienstes")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Adresse, unter der /paymenttransaction und /status liegen; http nur auf demselben Rechner.",
                                        "Address that has /paymenttransaction and /status below; http on the same computer only."),
                        Setting.required("originator", "Kennung des Onlinedienstes (originatorId)")
                                .as(Type.TEXT, Transaction.ID)
                                .help(
                                        "Kennung des Onlinedienstes (originatorId), höchstens 36 Zeichen.",
                                        "Id of the online service (originatorId), at most 36 characters."),
                        Setting.optional("endpoint", "Kennung der Behörde (endPointId); leer heißt AGS der Kommune", "")
                                .as(Type.TEXT, "[\\w-]{0,36}")
                                .help(
                                        "Kennung der Behörde (endPointId); leer heißt: AGS der Kommune.",
                                        "Id of the authority (endPointId); empty means: the municipality's AGS."),
                        Setting.required("redirect-url", "Wohin nach der Bezahlung zurückgeleitet wird")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Adresse, zu der nach der Bezahlung zurückgeleitet wird, höchstens 2082 Zeichen.",
                                        "Address to lead back to after the payment, at most 2082 characters."),
                        Setting.optional("tax-rate", "Steuersatz in Prozent", "0")
                                .as(Type.NUMBER, "0", "99")
                                .help(
                                        "Steuersatz in Prozent, der in den Beträgen enthalten ist.",
                                        "Tax in percent that the amounts contain."),
                        Setting.optional("booking-data", "Buchungsdaten: Name=Wert, durch Semikolon getrennt", "")
                                .help(
                                        "Buchungsdaten jeder Position: Name=Wert, durch Semikolon getrennt.",
                                        "Booking data of each item: name=value, separated by semicolons."),
                        Setting.optional("token-url", "Adresse, die Zugangstoken ausgibt (OAuth2)", "")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Adresse, die Zugangstoken ausgibt (OAuth2, client_credentials).",
                                        "Address that gives access tokens (OAuth2, client_credentials)."),
                        Setting.optional("client-id", "Client-ID", "")
                                .help("Client-ID für diese Adresse.", "Client id for that address."),
                        new Setting("client-secret", "Geheimnis zur Client-ID", false, true, Optional.of(""))
                                .help("Geheimnis zur Client-ID.", "Secret of the client id."),
                        Setting.optional(
                                        "tls-client-certificate",
                                        "Zertifikat der Kommune mit Schlüssel (Datei, PKCS#12)",
                                        "")
                                .as(Type.PATH)
                                .help(
                                        "Zertifikat der Kommune mit Schlüssel, als Datei PKCS#12.",
                                        "Certificate of the municipality with its key, as a file PKCS#12."),
                        new Setting("tls-password", "Kennwort dieser Datei", false, true, Optional.of(""))
                                .help("Kennwort dieser Datei.", "Password of that file."),
                        Setting.optional("tls-trust", "Aussteller der Zertifikate des Dienstes (Datei, PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "Aussteller der Zertifikate des Dienstes, als Datei PEM; leer heißt: die des Rechners.",
                                        "Authorities of the service's certificates, as a file PEM; empty means: the computer's."),
                        Setting.optional("connect-timeout", "Wartezeit auf eine Verbindung", "5s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Verbindung.", "How long to wait for a connection."),
                        Setting.optional("read-timeout", "Wartezeit auf eine Antwort", "30s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Antwort.", "How long to wait for an answer."))
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) throws Exception {
        var endpoint = settings.text("endpoint");
        var account = new Account(
                settings.text("originator"),
                endpoint.isEmpty() ? hub.municipality() : endpoint,
                settings.text("redirect-url"),
                settings.number("tax-rate"),
                bookingData(settings.text("booking-data")));
        var tls = new Tls(
                path(settings, "tls-client-certificate"), settings.text("tls-password"), path(settings, "tls-trust"));
        var http = new Http(
                settings.duration("connect-timeout"), settings.duration("read-timeout"), tls.sockets(), hub.clock());
        Optional<Token> token = settings.text("token-url").isEmpty()
                ? Optional.empty()
                : Optional.of(new Token(
                        http,
                        new Token.Client(
                                secure(settings, "token-url"),
                                settings.text("client-id"),
                                settings.text("client-secret"))));
        if (token.isPresent() && settings.text("client-id").isEmpty()) {
            throw new IllegalArgumentException("setting 'client-id' is needed where there is a 'token-url'");
        }
        var url = secure(settings, "url");
        if (tls.certificate().isPresent() && !"https".equals(url.getScheme())) {
            throw new IllegalArgumentException(
                    "setting 'url' is an https address where there is a 'tls-client-certificate'");
        }
        if (token.isEmpty() && tls.certificate().isEmpty()) {
            throw new IllegalArgumentException(
                    "setting 'token-url' or 'tls-client-certificate' is needed: by one of them the service knows the client");
        }
        return new PaymentService(hub, payments, account, url, http, token, new Notes(hub.directory(), hub.clock()));
    }

    private static Optional<Path> path(Settings settings, String name) {
        return settings.text(name).isEmpty() ? Optional.empty() : Optional.of(settings.path(name));
    }

    /** Tokens and names of people do not travel in the clear. */
    private static URI secure(Settings settings, String name) {
        var uri = settings.uri(name);
        var host = String.valueOf(uri.getHost());
        var here = "http".equals(uri.getScheme()) && host.matches("127\\.0\\.0\\.1|localhost|\\[::1]");
        if ((!"https".equals(uri.getScheme()) && !here)
                || uri.getHost() == null
                || uri.getQuery() != null
                || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "setting '" + name + "' is an https address without '?' and '@'; http on the same computer only");
        }
        return uri;
    }

    private static Map<String, String> bookingData(String setting) {
        var all = new LinkedHashMap<String, String>();
        for (var each : setting.isBlank() ? new String[0] : setting.strip().split("\\s*;\\s*")) {
            var both = each.split("=", 2);
            if (both.length != 2 || both[0].isBlank() || all.put(both[0].strip(), both[1].strip()) != null) {
                throw new IllegalArgumentException(
                        "setting 'booking-data' is not name=value, separated by semicolons, each name once");
            }
        }
        return all;
    }
}
