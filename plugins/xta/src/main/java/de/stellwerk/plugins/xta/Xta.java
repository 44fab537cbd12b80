package de.stellwerk.plugins.xta;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;
import java.util.Optional;

/** Makes connections to accounts at an XTA gateway. JDK only. */
public final class Xta implements ConnectorFactory {

    static final String OUT = "out";
    private static final String ID = "[^\\p{Cntrl}]{1,200}";
    private static final String URI = "[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,190}";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("xta", "Transport-Gateway (XTA 2.1.1)")
                .channels(
                        Channel.answered(OUT),
                        Channel.in(Reports.CHANNEL, Reports.KIND),
                        Channel.in(MessageBox.CHANNEL))
                .settings(
                        address("send-url", "Adresse des SendXtaPort", "Address of the SendXtaPort."),
                        address("management-url", "Adresse des ManagementPort", "Address of the ManagementPort."),
                        address("box-url", "Adresse des MsgBoxPort", "Address of the MsgBoxPort."),
                        Setting.required(
                                        "tls-client-certificate",
                                        "Zertifikat des Kontos mit Schlüssel (Datei, PKCS#12)")
                                .as(Type.PATH)
                                .help(
                                        "Zertifikat des Kontos mit Schlüssel, als Datei PKCS#12.",
                                        "Certificate of the account with its key, as a file PKCS#12."),
                        Setting.secret("tls-password", "Kennwort dieser Datei")
                                .help("Kennwort dieser Datei.", "Password of that file."),
                        Setting.optional("tls-trust", "Zertifizierungsstellen des Gateways (Datei, PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "Zertifizierungsstellen, denen für das Gateway vertraut wird (PEM); sonst die der"
                                                + " Java-Installation.",
                                        "Authorities trusted for the gateway (PEM); otherwise those of the Java"
                                                + " installation."),
                        text("author", ID, "Kennung des Kontos", "Id of the account."),
                        optional("author-name", "", "[^\\p{Cntrl}]{0,200}", "Name des Kontos", "Name of the account."),
                        text(
                                "reader",
                                ID,
                                "Kennung des Lesers; der Kopf xta-reader geht vor",
                                "Id of the reader; the header xta-reader wins."),
                        optional("party-type", "XTA_ID", ID, "Art beider Kennungen", "What kind of id both are."),
                        text(
                                "service",
                                URI,
                                "Dienst (URI); der Kopf xta-service geht vor",
                                "Service (URI); the header xta-service wins."),
                        optional(
                                "scenario",
                                "unbestimmt",
                                ID,
                                "Geschäftsprozess als Text",
                                "Business scenario, as text."),
                        text(
                                "message-type",
                                ID,
                                "Schlüssel des Nachrichtentyps; der Kopf xta-message-type geht vor",
                                "Code of the message type; the header xta-message-type wins."),
                        text(
                                "message-type-list",
                                URI,
                                "Codeliste des Nachrichtentyps (URI)",
                                "Code list of the message type (URI)."),
                        optional(
                                "message-type-list-version",
                                "1.0",
                                ID,
                                "Version dieser Codeliste",
                                "Version of that code list."),
                        text("payload-schema", URI, "Schema der Fachnachricht (URI)", "Schema of the content (URI)."),
                        Setting.optional("test", "Nachrichten als Test kennzeichnen", "false")
                                .as(Type.FLAG)
                                .help("Kennzeichnet alles als Testnachricht.", "Marks everything as a test message."),
                        optional(
                                "kind",
                                "xta.message",
                                "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*",
                                "Art der Nachrichten, die hereinkommen",
                                "Kind of the messages that come in."),
                        Setting.required("rejected", "Ordner für Nachrichten, die der Hub ablehnt")
                                .as(Type.PATH)
                                .help(
                                        "Hier bleibt das Original einer Nachricht, die der Hub ablehnt.",
                                        "The original of a message that the hub rejects stays here."),
                        Setting.optional("message-ids", "Ordner, der sich die MessageIDs merkt", "")
                                .as(Type.PATH)
                                .help(
                                        "Bei mehreren Knoten ein gemeinsamer Ordner; sonst einer der Verbindung.",
                                        "On several nodes a folder they share; otherwise one of the connection."),
                        Setting.optional("max-size", "Größte Antwort in MiB", "200")
                                .as(Type.NUMBER, "1", "2000")
                                .help("Größte Antwort in MiB.", "Largest answer in MiB."),
                        Setting.optional("connect-timeout", "Wartezeit auf eine Verbindung", "5s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Verbindung.", "How long to wait for a connection."),
                        Setting.optional("read-timeout", "Wartezeit auf eine Antwort", "60s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Antwort.", "How long to wait for an answer."))
                .recognisingRepeats();
    }

    private static Setting address(String name, String german, String english) {
        return Setting.required(name, german).as(Type.URI, "https").help(german + ".", english);
    }

    private static Setting text(String name, String pattern, String german, String english) {
        return Setting.required(name, german).as(Type.TEXT, pattern).help(german + ".", english);
    }

    private static Setting optional(String name, String fallback, String pattern, String german, String english) {
        return Setting.optional(name, german, fallback).as(Type.TEXT, pattern).help(german + ".", english);
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws IOException {
        var tls = Tls.of(
                settings.path("tls-client-certificate"),
                settings.text("tls-password"),
                settings.text("tls-trust").isEmpty() ? Optional.empty() : Optional.of(settings.path("tls-trust")));
        var gateway = new Gateway(
                settings.uri("send-url"),
                settings.uri("management-url"),
                settings.uri("box-url"),
                tls,
                settings.duration("connect-timeout"),
                settings.duration("read-timeout"),
                hub.directory(),
                (long) settings.number("max-size") << 20);
        var type = settings.text("party-type");
        var author = new Party(settings.text("author"), type, settings.text("author-name"));
        var terms = new Terms(
                author,
                new Party(settings.text("reader"), type, ""),
                settings.text("service"),
                settings.text("scenario"),
                settings.text("message-type"),
                settings.text("message-type-list"),
                settings.text("message-type-list-version"),
                settings.text("payload-schema"),
                settings.flag("test"));
        var ids = new MessageIds(
                settings.text("message-ids").isEmpty()
                        ? hub.directory().resolve("message-ids")
                        : settings.path("message-ids"),
                hub.clock());
        return new XtaConnection(
                gateway,
                terms,
                new Outgoing(gateway, terms, ids, hub.clock()),
                new Reports(gateway, author),
                new MessageBox(gateway, author, settings.text("kind"), settings.path("rejected")));
    }
}
