package de.stellwerk.plugins.folder;

import static de.stellwerk.hub.spi.Setting.optional;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.plugins.folder.Arrivals.Ready;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** Makes connections to a folder that another system reads or writes, on this machine or on an SFTP server. */
public final class FolderExchange implements ConnectorFactory {

    private static final long MEBIBYTE = 1L << 20;
    /** What the hub takes as one part by default. */
    private static final int LARGEST = 1024;

    private final Ssh ssh = new Ssh();

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("folder-exchange", "Austausch von Dateien über einen Ordner, lokal oder per SFTP")
                .channels(Channel.in(Pickup.CHANNEL), Channel.out(HandOver.CHANNEL))
                .settings(
                        optional("folder", "Ordner auf diesem Rechner; oder 'url'", "")
                                .as(Type.PATH)
                                .help(
                                        "Ordner auf diesem Rechner. Entweder er oder url ist anzugeben.",
                                        "Folder on this computer. Either this or url is to be given."),
                        optional("url", "Ordner auf einem SFTP-Server: sftp://server:22/ordner", "")
                                .as(Type.URI, "sftp")
                                .help(
                                        "Ordner auf einem SFTP-Server, etwa sftp://server:22/ordner.",
                                        "Folder on an SFTP server, such as sftp://server:22/folder."),
                        optional("user", "Benutzer am SFTP-Server", "")
                                .help("Benutzer am SFTP-Server.", "User at the SFTP server."),
                        secret("password", "Kennwort dieses Benutzers")
                                .help(
                                        "Kennwort dieses Benutzers, oder stattdessen private-key.",
                                        "Password of that user, or private-key instead."),
                        secret("private-key", "Privater Schlüssel dieses Benutzers (OpenSSH oder PEM, ohne Kennwort)")
                                .help(
                                        "Privater Schlüssel dieses Benutzers, OpenSSH oder PEM, ohne Kennwort.",
                                        "Private key of that user, OpenSSH or PEM, without a password."),
                        optional("known-hosts", "Datei mit dem Schlüssel des SFTP-Servers, wie known_hosts", "")
                                .as(Type.PATH)
                                .help(
                                        "Datei mit dem Schlüssel des SFTP-Servers, in der Form von known_hosts.",
                                        "File with the key of the SFTP server, in the form of known_hosts."),
                        optional("timeout", "Wartezeit auf den SFTP-Server", "30s")
                                .as(Type.DURATION, "1s", "10m")
                                .help("Wartezeit auf den SFTP-Server.", "How long to wait for the SFTP server."),
                        optional("in", "Unterordner, aus dem der Hub liest; '.' für den Ordner selbst", "")
                                .asked()
                                .help(
                                        "Unterordner, aus dem der Hub liest; ein Punkt für den Ordner selbst.",
                                        "Subfolder the hub reads from; a dot for the folder itself."),
                        optional("out", "Unterordner, in den der Hub schreibt; '.' für den Ordner selbst", "")
                                .asked()
                                .help(
                                        "Unterordner, in den der Hub schreibt; ein Punkt für den Ordner selbst.",
                                        "Subfolder the hub writes to; a dot for the folder itself."),
                        optional("kind", "Art der gelesenen Nachrichten, z. B. form.submission", "")
                                .as(Type.TEXT, "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")
                                .help(
                                        "Art der gelesenen Nachrichten, etwa form.submission. Nötig mit in.",
                                        "Kind of the messages read, such as form.submission. Needed with in."),
                        optional("pattern", "Welche Dateien gelesen werden, z. B. *.xml,*.pdf", "*")
                                .help(
                                        "Welche Dateien gelesen werden, etwa *.xml,*.pdf.",
                                        "Which files are read, such as *.xml,*.pdf."),
                        optional("media-type", "Medientyp der gelesenen Dateien; leer: nach der Endung", "")
                                .help(
                                        "Medientyp der gelesenen Dateien; leer: nach der Endung.",
                                        "Media type of the files read; empty: by their ending."),
                        optional("ready", "Woran eine fertige Datei zu erkennen ist: marker, rename oder age", "marker")
                                .as(Type.CHOICE, "marker", "rename", "age")
                                .help(
                                        "Woran eine fertige Datei zu erkennen ist.",
                                        "How a finished file is recognised."),
                        optional("age", "Wie lange eine Datei unverändert sein muss", "30s")
                                .as(Type.DURATION, "1s", "1d")
                                .help(
                                        "Wie lange eine Datei unverändert sein muss.",
                                        "How long a file must have stayed unchanged."),
                        optional("archive", "Ordner für Gelesenes, unterhalb von 'in'", "erledigt")
                                .help("Ordner für Gelesenes, unterhalb von in.", "Folder for what was read, below in."),
                        optional("error", "Ordner für Abgelehntes, unterhalb von 'in'", "fehler")
                                .help(
                                        "Ordner für Abgelehntes, unterhalb von in.",
                                        "Folder for what was rejected, below in."),
                        optional("max-size", "Größte gelesene Datei in MiB", String.valueOf(LARGEST))
                                .as(Type.NUMBER, "1", String.valueOf(LARGEST))
                                .help("Größte gelesene Datei in MiB.", "Largest file read, in MiB."))
                .recognisingRepeats();
    }

    /** A secret that may be left out. */
    private static Setting secret(String name, String title) {
        return new Setting(name, title, false, true, Optional.of(""));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws Exception {
        var in = settings.text("in").strip();
        var out = settings.text("out").strip();
        if (in.equals(out)) {
            throw new IllegalArgumentException(
                    in.isEmpty()
                            ? "setting 'in' or 'out' must name a folder"
                            : "settings 'in' and 'out' name the same folder: the hub would read what it has written");
        }
        var ready = ready(settings);
        var place = place(settings);
        var handOver = new HandOver(place, out, ready == Ready.MARKER);
        if (in.isEmpty()) {
            return handOver;
        }
        var arrivals = new Arrivals(place, settings.text("pattern"), ready, settings.duration("age"), hub.clock());
        var pickup = new Pickup(place, arrivals, rules(settings, in), hub.directory());
        return out.isEmpty() ? pickup : new Exchange(place, pickup, handOver);
    }

    /** For {@code in} and {@code out}: the folders that are there. */
    @Override
    public List<String> choices(String setting, Settings settings, HubContext hub) throws Exception {
        if (!setting.equals("in") && !setting.equals("out")) {
            return List.of();
        }
        try (var place = place(settings)) {
            return FolderTest.folders(place);
        }
    }

    private static Ready ready(Settings settings) {
        return switch (settings.text("ready")) {
            case "marker" -> Ready.MARKER;
            case "rename" -> Ready.RENAME;
            case "age" -> Ready.AGE;
            default -> throw new IllegalArgumentException("setting 'ready' is marker, rename or age");
        };
    }

    private static Pickup.Rules rules(Settings settings, String in) {
        var kind = settings.text("kind");
        if (!kind.matches("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")) {
            throw new IllegalArgumentException("setting 'kind' names the kind of message, such as form.submission");
        }
        var size = settings.number("max-size");
        if (size < 1 || size > LARGEST) {
            throw new IllegalArgumentException("setting 'max-size' lies between 1 and " + LARGEST);
        }
        var archive = settings.text("archive");
        var error = settings.text("error");
        if (archive.isBlank() || error.isBlank() || archive.equals(".") || error.equals(".")) {
            throw new IllegalArgumentException("settings 'archive' and 'error' name folders other than the one read");
        }
        return new Pickup.Rules(in, archive, error, kind, settings.text("media-type"), size * MEBIBYTE);
    }

    private Place place(Settings settings) throws IOException {
        var isLocal = !settings.text("folder").isBlank();
        if (isLocal != settings.text("url").isBlank()) {
            throw new IllegalArgumentException(
                    "exactly one of the settings 'folder' and 'url' says where the folder is");
        }
        if (isLocal) {
            return new LocalPlace(settings.path("folder"));
        }
        for (var needed : List.of("user", "known-hosts")) {
            if (settings.text(needed).isBlank()) {
                throw new IllegalArgumentException("with 'url', setting '" + needed + "' is needed");
            }
        }
        var keys = keys(settings.text("private-key"));
        if (keys.isEmpty() && settings.text("password").isEmpty()) {
            throw new IllegalArgumentException("with 'url', setting 'password' or 'private-key' is needed");
        }
        var place = new SftpPlace(
                ssh,
                SftpAddress.of(
                        settings.uri("url"),
                        settings.text("user"),
                        settings.text("password"),
                        keys,
                        settings.path("known-hosts"),
                        settings.duration("timeout")));
        place.connect();
        return place;
    }

    private static List<KeyPair> keys(String text) {
        var keys = new ArrayList<KeyPair>();
        if (!text.isBlank()) {
            try (var in = new ByteArrayInputStream((text + "\n").getBytes(StandardCharsets.UTF_8))) {
                var read = SecurityUtils.loadKeyPairIdentities(
                        null, NamedResource.ofName("private-key"), in, FilePasswordProvider.EMPTY);
                if (read != null) {
                    read.forEach(keys::add);
                }
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                // Not as its cause: it might quote the key.
                throw new IllegalArgumentException("setting 'private-key' is no private key we can read: "
                        + e.getClass().getSimpleName());
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("setting 'private-key' holds no private key");
            }
        }
        return List.copyOf(keys);
    }

    @Override
    public void close() {
        ssh.close();
    }
}
