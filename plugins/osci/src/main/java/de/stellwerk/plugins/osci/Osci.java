package de.stellwerk.plugins.osci;

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
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;
import java.util.ServiceLoader;

/** Makes connections to accounts at an OSCI intermediary. JDK only. */
public final class Osci implements ConnectorFactory {

    private static final String NAME = "[^\\p{Cntrl}]{0,200}";
    private static final String KIND = "([a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*)?";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("osci", "OSCI-Transport 1.2 (Intermediär)")
                .channels(Channel.out("out"), Channel.in(Mailbox.CHANNEL))
                .settings(
                        Setting.required("url", "Adresse des Intermediärs")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Aufträge sind auch ohne TLS signiert und verschlüsselt.",
                                        "Orders are signed and encrypted without TLS too."),
                        file(
                                "certificate",
                                "Eigene Zertifikate mit Schlüsseln (Datei, PKCS#12)",
                                "Own certificates with their keys, as a file PKCS#12."),
                        Setting.secret("certificate-password", "Kennwort dieser Datei")
                                .help("Kennwort dieser Datei.", "Password of that file."),
                        optional(
                                "signature-alias",
                                "Eintrag der Datei, mit dem signiert wird",
                                "Entry of that file to sign with; may be left out if there is one only."),
                        optional(
                                "cipher-alias",
                                "Eintrag der Datei, mit dem entschlüsselt wird",
                                "Entry of that file to decrypt with; otherwise the one to sign with."),
                        file(
                                "intermediary-certificate",
                                "Schlüsselzertifikat des Intermediärs (Datei, PEM oder DER)",
                                "Cipher certificate of the intermediary (PEM or DER)."),
                        Setting.optional(
                                        "intermediary-signature-certificate",
                                        "Signaturzertifikat des Intermediärs (Datei, PEM oder DER)",
                                        "")
                                .as(Type.PATH)
                                .help(
                                        "Nur damit signierte Antworten gelten; ohne Angabe das Schlüsselzertifikat.",
                                        "Only answers signed with it count; the cipher certificate if left out."),
                        file(
                                "addressee-certificate",
                                "Schlüsselzertifikat des Empfängers (Datei, PEM oder DER)",
                                "Cipher certificate of the addressee (PEM or DER), for example from DVDV."),
                        optional(
                                "subject",
                                "Betreff; der Kopf osci-subject geht vor",
                                "Subject, read by the intermediary too; the header osci-subject wins."),
                        Setting.optional("kind", "Art der Nachrichten, die abgeholt werden", "")
                                .as(Type.TEXT, KIND)
                                .help(
                                        "Ohne Angabe wird nichts abgeholt.",
                                        "Kind of the messages that are fetched; nothing is if it is left out."),
                        Setting.optional("process-card-kind", "Art der Nachricht mit dem Laufzettel dazu", "")
                                .as(Type.TEXT, KIND)
                                .help(
                                        "Ohne Angabe wird der Laufzettel des Abgeholten nicht geholt.",
                                        "Kind of the message with the process card; not asked for if left out."),
                        Setting.optional("author-trust", "Zertifikate der Absender oder ihrer Aussteller (PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "Nur deren Signatur gilt beim Abholen; nötig, wenn abgeholt wird.",
                                        "Only their signature counts for what is fetched; needed if anything is."),
                        Setting.optional("unsigned", "Was nicht signiert ist", "refuse")
                                .as(Type.CHOICE, "refuse", "take")
                                .help(
                                        "Abweisen (refuse) oder nehmen (take).",
                                        "What to do with contents that nobody has signed."),
                        Setting.optional("rejected", "Ordner für Abgeholtes, das nicht genommen wird", "")
                                .as(Type.PATH)
                                .help(
                                        "Die Originale; nötig, wenn abgeholt wird.",
                                        "Originals of what is not taken; needed if anything is fetched."),
                        Setting.optional("implementation", "Umsetzung von OSCI", BuiltIn.NAME)
                                .as(Type.TEXT, "[a-z][a-z0-9-]{0,62}")
                                .help(
                                        "Name einer anderen Umsetzung, die in die Jar-Datei gelegt wurde.",
                                        "Name of another implementation that was put into the jar."),
                        Setting.optional("message-ids", "Ordner, der sich die MessageIDs merkt", "")
                                .as(Type.PATH)
                                .help(
                                        "Bei mehreren Knoten ein gemeinsamer Ordner; sonst einer der Verbindung.",
                                        "On several nodes a folder they share; otherwise one of the connection."),
                        Setting.optional("max-size", "Größte Nachricht in MiB", "20")
                                .as(Type.NUMBER, "1", "50")
                                .help(
                                        "Inhalt und Anlagen zusammen, vor der Verschlüsselung.",
                                        "Body and attachments together, before encryption."),
                        Setting.optional("connect-timeout", "Wartezeit auf eine Verbindung", "5s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Verbindung.", "How long to wait for a connection."),
                        Setting.optional("read-timeout", "Wartezeit auf eine Antwort", "60s")
                                .as(Type.DURATION, "100ms", "10m")
                                .help("Wartezeit auf eine Antwort.", "How long to wait for an answer."))
                .recognisingRepeats();
    }

    private static Setting file(String name, String german, String english) {
        return Setting.required(name, german).as(Type.PATH).help(german + ".", english);
    }

    private static Setting optional(String name, String german, String english) {
        return Setting.optional(name, german, "").as(Type.TEXT, NAME).help(german + ".", english);
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws Exception {
        int mostBytes = settings.number("max-size") << 20;
        var cipher = certificate(settings.path("intermediary-certificate"), "intermediary-certificate");
        var signature = settings.text("intermediary-signature-certificate").isEmpty()
                ? cipher
                : certificate(
                        settings.path("intermediary-signature-certificate"), "intermediary-signature-certificate");
        var own = keys(settings);
        var signing = key(own, settings, settings.text("signature-alias"));
        var account = new Account(
                settings.uri("url"),
                signing,
                settings.text("cipher-alias").isEmpty() ? signing : key(own, settings, settings.text("cipher-alias")),
                cipher,
                signature,
                certificate(settings.path("addressee-certificate"), "addressee-certificate"),
                settings.duration("connect-timeout"),
                settings.duration("read-timeout"),
                // Certificates, feedback and a process card; what is fetched is in Base64 twice.
                (4 << 20) + mostBytes * 2);
        var client = client(settings.text("implementation"), account);
        var ids = new MessageIds(
                settings.text("message-ids").isEmpty()
                        ? hub.directory().resolve("message-ids")
                        : settings.path("message-ids"));
        return new OsciConnection(
                account,
                client,
                new Outgoing(client, ids, settings.text("subject"), mostBytes),
                mailbox(settings, hub, client),
                hub.clock());
    }

    private static Optional<Mailbox> mailbox(Settings settings, HubContext hub, OsciClient client) throws IOException {
        if (settings.text("kind").isEmpty()) {
            return Optional.empty();
        }
        if (settings.text("author-trust").isEmpty()) {
            throw new IllegalArgumentException("setting 'author-trust' is needed where setting 'kind' is given: whose"
                    + " signature counts has to be said");
        }
        // The connection's own folder may be empty after a restart, and what lies here is nowhere else any more.
        if (settings.text("rejected").isEmpty()) {
            throw new IllegalArgumentException(
                    "setting 'rejected' is needed where setting 'kind' is given: it holds the"
                            + " only copy of what is not taken");
        }
        return Optional.of(new Mailbox(
                client,
                settings.text("kind"),
                settings.text("process-card-kind"),
                settings.text("unsigned").equals("take"),
                Authors.of(settings.path("author-trust"), hub.clock()),
                settings.path("rejected")));
    }

    private static OsciClient client(String name, Account account) throws Exception {
        if (name.equals(BuiltIn.NAME)) {
            return new BuiltIn(account);
        }
        for (var each : ServiceLoader.load(OsciClient.Provider.class, Osci.class.getClassLoader())) {
            if (each.name().equals(name)) {
                return each.open(account);
            }
        }
        throw new IOException(
                "osci.implementation: '" + name + "' is not in the plugin's jar. Nothing was opened. Put its"
                        + " provider into the jar, or leave out the setting 'implementation'");
    }

    private static KeyStore keys(Settings settings) throws IOException {
        try (var in = Files.newInputStream(settings.path("certificate"))) {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(in, settings.text("certificate-password").toCharArray());
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException("the file of setting 'certificate' cannot be opened with 'certificate-password', "
                    + e.getClass().getSimpleName());
        }
    }

    private static Account.Key key(KeyStore keys, Settings settings, String alias) throws IOException {
        try {
            var aliases = new ArrayList<String>();
            for (var each : Collections.list(keys.aliases())) {
                if (keys.isKeyEntry(each)) {
                    aliases.add(each);
                }
            }
            var chosen = alias.isEmpty() && aliases.size() == 1 ? aliases.get(0) : alias;
            if (keys.getKey(chosen, settings.text("certificate-password").toCharArray()) instanceof PrivateKey key
                    && keys.getCertificate(chosen) instanceof X509Certificate certificate) {
                return new Account.Key(key, certificate);
            }
            throw new IOException("the file of setting 'certificate' has no key '" + chosen + "'; it has " + aliases);
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of setting 'certificate' has no key that can be used, "
                    + e.getClass().getSimpleName());
        }
    }

    private static X509Certificate certificate(Path file, String setting) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException | CertificateException e) {
            throw new IOException("the file of setting '" + setting + "' is no certificate that can be read, "
                    + e.getClass().getSimpleName());
        }
    }
}
