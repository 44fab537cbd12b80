package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
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
            Abbuchen.class,
            Abbuchen.Response.class,
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
                .settings(Stream.concat(
                                Stream.of(line()),
                                Stream.of(
                                        bewirtschafter(),
                                        Setting.required("haushaltsstelle", "Haushaltsstelle, höchstens 10 Zeichen")
                                                .as(Type.TEXT, ".{1,10}")
                                                .help(
                                                        "Haushaltsstelle, höchstens 10 Zeichen.",
                                                        "Budget line (Haushaltsstelle), at most 10 characters."),
                                        Setting.optional("objektnummer", "Objektnummer, höchstens 10 Zeichen", "")
                                                .as(Type.TEXT, ".{0,10}")
                                                .help(
                                                        "Objektnummer, höchstens 10 Zeichen.",
                                                        "Object number, at most 10 characters."),
                                        Setting.optional(
                                                        "mahnkennzeichen",
                                                        "Kennzeichen des Mahnverfahrens, höchstens 5 Zeichen",
                                                        "")
                                                .as(Type.TEXT, ".{0,5}")
                                                .help(
                                                        "Kennzeichen des Mahnverfahrens, höchstens 5 Zeichen.",
                                                        "Mark of the dunning procedure, at most 5 characters."),
                                        Setting.optional(
                                                        "zahlverfahren",
                                                        "Erlaubte Zahlverfahren, durch Komma getrennt",
                                                        "UEBERWEISUNGVOR,GIROPAY")
                                                .help(
                                                        "Erlaubte Zahlverfahren, durch Komma getrennt.",
                                                        "Ways of payment that are allowed, separated by commas."),
                                        Setting.optional(
                                                        "arrays",
                                                        "Schreibweise der Felder der Plattform: v2 oder v3",
                                                        "v3")
                                                .as(Type.CHOICE, "v2", "v3")
                                                .help(
                                                        "Schreibweise der Felder der Plattform.",
                                                        "How the platform writes arrays."),
                                        Setting.optional(
                                                        "code-not-found",
                                                        "Code der Plattform für eine unbekannte Transaktion",
                                                        "-0600")
                                                .help(
                                                        "Code der Plattform für eine unbekannte Transaktion.",
                                                        "Code of the platform for a transaction it does not know.")))
                        .toArray(Setting[]::new))
                .recognisingRepeats();
    }

    static Setting bewirtschafter() {
        return Setting.required("bewirtschafter", "Bewirtschafternummer, höchstens 8 Zeichen")
                .as(Type.TEXT, ".{1,8}")
                .help(
                        "Bewirtschafternummer, höchstens 8 Zeichen.",
                        "Number of the managing office (Bewirtschafter), at most 8 characters.");
    }

    /** What every connection to the platform is told about the line. */
    static Setting[] line() {
        return new Setting[] {
            Setting.required("url", "Adresse des SOAP-Dienstes")
                    .as(Type.URI, "http", "https")
                    .help("Adresse des SOAP-Dienstes der Plattform.", "Address of the platform's SOAP service."),
            Setting.required("mandant", "Mandantennummer")
                    .help(
                            "Mandantennummer der Kommune an der Plattform.",
                            "Number of the municipality (Mandant) at the platform."),
            Setting.optional("tls-client-certificate", "Zertifikat der Kommune mit Schlüssel (Datei, PKCS#12)", "")
                    .as(Type.PATH)
                    .help(
                            "Zertifikat der Kommune mit Schlüssel, als Datei PKCS#12.",
                            "Certificate of the municipality with its key, as a file PKCS#12."),
            new Setting("tls-password", "Kennwort dieser Datei", false, true, Optional.of(""))
                    .help("Kennwort dieser Datei.", "Password of that file."),
            Setting.optional("connect-timeout", "Wartezeit auf eine Verbindung", "5s")
                    .as(Type.DURATION, "100ms", "10m")
                    .help("Wartezeit auf eine Verbindung.", "How long to wait for a connection."),
            Setting.optional("read-timeout", "Wartezeit auf eine Antwort", "30s")
                    .as(Type.DURATION, "100ms", "10m")
                    .help("Wartezeit auf eine Antwort.", "How long to wait for an answer.")
        };
    }

    static Line line(Settings settings) {
        var certificate = settings.text("tls-client-certificate").isEmpty()
                ? Optional.<Line.Certificate>empty()
                : Optional.of(
                        new Line.Certificate(settings.path("tls-client-certificate"), settings.text("tls-password")));
        return new Line(
                settings.uri("url"),
                settings.duration("connect-timeout"),
                settings.duration("read-timeout"),
                certificate);
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
        return new PaymentPlatform(hub, soap, payments, account, line(settings), settings.text("code-not-found"));
    }

    private static Arrays arrays(String setting) {
        return switch (setting) {
            case "v2" -> Arrays.V2;
            case "v3" -> Arrays.V3;
            default -> throw new IllegalArgumentException("setting 'arrays' is neither v2 nor v3");
        };
    }
}
