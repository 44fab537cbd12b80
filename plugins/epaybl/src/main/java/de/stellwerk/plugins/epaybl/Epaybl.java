package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes connections to the payment platform, one a Mandant. */
public final class Epaybl extends CamelConnectorFactory {

    private final Messages soap = Messages.of(
            Envelope.class,
            Envelope.Fault.class,
            Anlegen.class,
            Anlegen.Response.class,
            Anlegen.Buchung.class,
            Anlegen.BuchungList.class,
            Anlegen.StringList.class,
            LesenTransaktion.class,
            LesenTransaktion.Response.class,
            LesenKassenzeichenInfo.class,
            LesenKassenzeichenInfo.Response.class,
            IsAlive.class,
            IsAlive.Response.class);

    private final Messages payments = Messages.of(PaymentOrder.class, PaymentStatus.class);

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("epaybl", "Zahlungsverkehrsplattform (ePayBL, SOAP 1.1)")
                .channels(
                        Channel.answered("orders", "payment.order"),
                        Channel.in("confirmations", PaymentPlatform.STATUS))
                .settings(
                        Setting.required("url", "Adresse des SOAP-Dienstes"),
                        Setting.required("mandant", "Mandantennummer"),
                        Setting.required("bewirtschafter", "Bewirtschafternummer, höchstens 8 Zeichen"),
                        Setting.required("haushaltsstelle", "Haushaltsstelle, höchstens 10 Zeichen"),
                        Setting.optional("objektnummer", "Objektnummer, höchstens 10 Zeichen", ""),
                        Setting.optional("mahnkennzeichen", "Kennzeichen des Mahnverfahrens, höchstens 5 Zeichen", ""),
                        Setting.optional(
                                "zahlverfahren",
                                "Erlaubte Zahlverfahren, durch Komma getrennt",
                                "UEBERWEISUNGVOR,GIROPAY"),
                        Setting.optional("arrays", "Schreibweise der Felder der Plattform: v2 oder v3", "v3"),
                        Setting.optional(
                                "code-not-found", "Code der Plattform für eine unbekannte Transaktion", "-0600"),
                        Setting.optional(
                                "tls-client-certificate", "Zertifikat der Kommune mit Schlüssel (Datei, PKCS#12)", ""),
                        new Setting("tls-password", "Kennwort dieser Datei", false, true, Optional.of("")),
                        Setting.optional("connect-timeout", "Wartezeit auf eine Verbindung", "5s"),
                        Setting.optional("read-timeout", "Wartezeit auf eine Antwort", "30s"))
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) throws Exception {
        var account = new Account(
                settings.text("mandant"),
                settings.text("bewirtschafter"),
                settings.text("haushaltsstelle"),
                settings.text("objektnummer"),
                settings.text("mahnkennzeichen"),
                Stream.of(settings.text("zahlverfahren").split("[,;]"))
                        .map(String::strip)
                        .toList(),
                arrays(settings.text("arrays")));
        var certificate = settings.text("tls-client-certificate").isEmpty()
                ? Optional.<Line.Certificate>empty()
                : Optional.of(
                        new Line.Certificate(settings.path("tls-client-certificate"), settings.text("tls-password")));
        var line = new Line(
                settings.uri("url"),
                settings.duration("connect-timeout"),
                settings.duration("read-timeout"),
                certificate);
        return new PaymentPlatform(hub, soap, payments, account, line, settings.text("code-not-found"));
    }

    private static Arrays arrays(String setting) {
        return switch (setting) {
            case "v2" -> Arrays.V2;
            case "v3" -> Arrays.V3;
            default -> throw new IllegalArgumentException("setting 'arrays' is neither v2 nor v3");
        };
    }
}
