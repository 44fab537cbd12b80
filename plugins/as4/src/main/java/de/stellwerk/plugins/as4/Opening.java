package de.stellwerk.plugins.as4;

import com.helger.phase4.CAS4;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The settings of a connection, and how it is opened by them. */
final class Opening {

    static final String MESSAGES = "messages";
    static final String RECEIVED = "received";

    private static final String UNREGISTERED = "urn:oasis:names:tc:ebcore:partyid-type:unregistered";
    private static final String LINE = "[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?";
    private static final String LINE_OR_NOTHING = "(" + LINE + ")?";

    private Opening() {}

    static ConnectorDescriptor card(String name, String title) {
        return ConnectorDescriptor.of(name, title)
                .channels(Channel.answered(MESSAGES), Channel.in(RECEIVED))
                .settings(
                        Setting.required("url", "Address of the partner's access point")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Adresse des Zugangspunkts der Gegenstelle; http nur auf demselben Rechner.",
                                        "Address of the partner's access point; http on the same computer only."),
                        Setting.required("certificate", "Own key and certificate (PKCS#12)")
                                .as(Type.PATH)
                                .help(
                                        "PKCS#12-Datei mit genau einem Schlüssel (RSA ab 2048 Bit): damit wird signiert und entschlüsselt.",
                                        "PKCS#12 file with exactly one key (RSA, 2048 bits or more): it signs and decrypts."),
                        Setting.secret("password", "Password of that file")
                                .help("Kennwort dieser Datei.", "Password of that file."),
                        Setting.required("partner-certificates", "Certificates of the partner (PEM)")
                                .as(Type.PATH)
                                .help(
                                        "PEM-Datei: Zertifikate, mit denen die Gegenstelle signiert (mehrere beim Wechsel), oder die ihrer Zertifizierungsstelle; dann muss partner-subject genannt sein. Wer nicht damit signiert, wird abgewiesen.",
                                        "PEM file: certificates the partner signs with (several while it changes), or those of its authority; then partner-subject is needed. Whoever does not sign with them is refused."),
                        Setting.optional("partner-subject", "Subject of the partner's certificate", "")
                                .help(
                                        "Regulärer Ausdruck für den ganzen Inhabernamen (RFC 2253), den ein Zertifikat der Zertifizierungsstelle haben muss.",
                                        "Regular expression the whole subject (RFC 2253) of a certificate from the authority has to match."),
                        Setting.optional("encrypt-for", "Certificate to encrypt for (PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "Ist eine PEM-Datei genannt, wird für dieses Zertifikat verschlüsselt.",
                                        "If a PEM file is named, messages are encrypted for that certificate."),
                        Setting.optional("require-encryption", "Refuse what is not encrypted", "false")
                                .as(Type.FLAG)
                                .help(
                                        "Unverschlüsselte Nachrichten abweisen (EBMS:0103).",
                                        "Refuse messages that are not encrypted (EBMS:0103)."),
                        line("own-party", "PartyId of the municipality", "Kennung der Kommune."),
                        line("partner-party", "PartyId of the partner", "Kennung der Gegenstelle."),
                        line("party-type", "Type of both PartyIds", "Art beider Kennungen.", UNREGISTERED),
                        line("from-role", "Role of the sender", "Rolle des Absenders.", CAS4.DEFAULT_INITIATOR_URL),
                        line("to-role", "Role of the receiver", "Rolle des Empfängers.", CAS4.DEFAULT_RESPONDER_URL),
                        line("service", "Service", "Dienst (eb:Service)."),
                        line("service-type", "Type of the service", "Art des Dienstes.", ""),
                        line("action", "Action", "Vorgangsschritt (eb:Action)."),
                        line("agreement", "Agreement", "Vereinbarung (eb:AgreementRef).", ""),
                        line(
                                "original-sender",
                                "Original sender (four corners)",
                                "Ursprünglicher Absender (vier Ecken), eine Eigenschaft der Nachricht.",
                                ""),
                        line(
                                "final-recipient",
                                "Final recipient (four corners)",
                                "Endgültiger Empfänger (vier Ecken), eine Eigenschaft der Nachricht.",
                                ""),
                        Setting.required("kind", "Kind of what is received")
                                .as(Type.TEXT, "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")
                                .help("Art der Nachrichten, die hereinkommen.", "Kind of the messages that come in."),
                        Setting.optional("tls-trust", "Authorities of the partner's web server (PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "PEM-Datei; ohne sie gelten die Zertifizierungsstellen der Java-Installation.",
                                        "PEM file; without it those of the Java installation count."),
                        Setting.optional("max-size", "Largest message in MiB", "20")
                                .as(Type.NUMBER, "1", "100")
                                .help(
                                        "Größte Nachricht, ausgepackt, in MiB. Sie liegt mehrfach im Speicher.",
                                        "Largest message, unpacked, in MiB. It is held in memory several times over."),
                        Setting.optional("timeout", "How long to wait for the partner", "60s")
                                .as(Type.DURATION, "100ms", "4m")
                                .help("Wartezeit auf die Gegenstelle.", "How long to wait for the partner."));
    }

    private static Setting line(String name, String title, String german) {
        return Setting.required(name, title).as(Type.TEXT, LINE).help(german, title + ".");
    }

    private static Setting line(String name, String title, String german, String fallback) {
        return Setting.optional(name, title, fallback)
                .as(Type.TEXT, LINE_OR_NOTHING)
                .help(german, title + ".");
    }

    static Exchange open(Settings settings, HubContext hub) throws IOException {
        int limit = settings.number("max-size") << 20;
        var partner = new Partner(
                settings.text("own-party"),
                settings.text("partner-party"),
                settings.text("party-type"),
                settings.text("from-role"),
                settings.text("to-role"),
                settings.text("service"),
                settings.text("service-type"),
                settings.text("action"),
                settings.text("agreement"),
                settings.text("original-sender"),
                settings.text("final-recipient"),
                hub.clock());
        var security = new Security(
                Keys.own(settings.path("certificate"), settings.text("password")),
                new Trust(
                        Keys.certificates(settings.path("partner-certificates"), "partner-certificates"),
                        subject(settings),
                        hub.clock()),
                file(settings, "encrypt-for").isEmpty()
                        ? Optional.empty()
                        : Optional.of(Keys.certificates(settings.path("encrypt-for"), "encrypt-for")
                                .get(0)));
        var line = new Line(settings.uri("url"), Keys.tls(file(settings, "tls-trust")), settings.duration("timeout"));
        return new Exchange(
                new Incoming(partner, security, settings.text("kind"), settings.flag("require-encryption"), limit),
                new Outgoing(partner, security, line, limit));
    }

    private static Optional<Path> file(Settings settings, String name) {
        return settings.text(name).isEmpty() ? Optional.empty() : Optional.of(settings.path(name));
    }

    private static Optional<Pattern> subject(Settings settings) {
        try {
            return Optional.of(settings.text("partner-subject"))
                    .filter(each -> !each.isEmpty())
                    .map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("setting 'partner-subject' is no regular expression", e);
        }
    }
}
