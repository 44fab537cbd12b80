package de.stellwerk.plugins.folder;

import static de.stellwerk.hub.spi.Setting.optional;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
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
                        optional("folder", "Ordner auf diesem Rechner; oder 'url'", ""),
                        optional("url", "Ordner auf einem SFTP-Server: sftp://server:22/ordner", ""),
                        optional("user", "Benutzer am SFTP-Server", ""),
                        secret("password", "Kennwort dieses Benutzers"),
                        secret("private-key", "Privater Schlüssel dieses Benutzers (OpenSSH oder PEM, ohne Kennwort)"),
                        optional("known-hosts", "Datei mit dem Schlüssel des SFTP-Servers, wie known_hosts", ""),
                        optional("timeout", "Wartezeit auf den SFTP-Server", "30s"),
                        optional("in", "Unterordner, aus dem der Hub liest; '.' für den Ordner selbst", ""),
                        optional("out", "Unterordner, in den der Hub schreibt; '.' für den Ordner selbst", ""),
                        optional("kind", "Art der gelesenen Nachrichten, z. B. form.submission", ""),
                        optional("pattern", "Welche Dateien gelesen werden, z. B. *.xml,*.pdf", "*"),
                        optional("media-type", "Medientyp der gelesenen Dateien; leer: nach der Endung", ""),
                        optional(
                                "ready", "Woran eine fertige Datei zu erkennen ist: marker, rename oder age", "marker"),
                        optional("age", "Wie lange eine Datei unverändert sein muss", "30s"),
                        optional("archive", "Ordner für Gelesenes, unterhalb von 'in'", "erledigt"),
                        optional("error", "Ordner für Abgelehntes, unterhalb von 'in'", "fehler"),
                        optional("max-size", "Größte gelesene Datei in MiB", String.valueOf(LARGEST)))
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
