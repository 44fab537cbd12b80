package de.stellwerk.hub.plugin;

import com.fasterxml.jackson.annotation.JsonInclude;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A list of plugins one may take, {@code plugins.json}: the file of pf4j-update, with a hash, a signature and a bill of materials for each
 * release. It lies in a folder or at an address, beside the jars it names.
 */
public final class PluginDirectory {

    static final String FILE = "plugins.json";

    private static final int MAX_LIST = 4 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(5);
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** One plugin of the file. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Plugin(
            String id,
            @Nullable String description,
            @Nullable String provider,
            List<Release> releases) {

        /** With what a later jar says of it. */
        private Plugin and(Plugin later) {
            return new Plugin(
                    id,
                    later.description,
                    later.provider,
                    Stream.concat(releases.stream(), later.releases.stream()).toList());
        }
    }

    /**
     * @param url of the jar, relative to the file
     * @param signature what stands in {@code NAME.jar.sig}
     * @param sbom where its bill of materials lies (CycloneDX), relative to the file
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Release(
            String version,
            @Nullable String date,
            @Nullable String requires,
            String url,
            @Nullable String sha512sum,
            @Nullable String sha256,
            @Nullable String signature,
            @Nullable String sbom) {}

    /**
     * A release one may take.
     *
     * @param fits whether it runs on this hub
     * @param installed the version that is in use here; empty if none
     * @param newer whether it would replace that one, or none is in use
     */
    public record Offered(
            String id,
            String description,
            String version,
            String date,
            String requires,
            boolean fits,
            String installed,
            boolean newer,
            boolean signed,
            String sbom) {}

    private final Path home;
    private final PluginsConfig config;
    private final PluginInbox inbox;
    private final JarTrust trust;

    /** @param home what a folder's path starts at */
    public PluginDirectory(Path home, PluginsConfig config, PluginInbox inbox, Clock clock) {
        this.home = home;
        this.config = config;
        this.inbox = inbox;
        this.trust = new JarTrust(config.keys(), clock);
    }

    /**
     * Every release that is offered, by id, the newest first.
     *
     * @param installed the versions in use, by id
     * @throws Refused if no directory is named in the configuration, or it cannot be read
     */
    public List<Offered> offered(Map<String, String> installed) throws Refused {
        var all = new ArrayList<Offered>();
        for (var plugin : read()) {
            var here = installed.getOrDefault(plugin.id(), "");
            plugin.releases().stream()
                    .sorted(Comparator.comparing(Release::version, PluginJar::compare)
                            .reversed())
                    .forEach(release -> all.add(new Offered(
                            plugin.id(),
                            text(plugin.description()),
                            release.version(),
                            text(release.date()),
                            text(release.requires()),
                            fits(release),
                            here,
                            here.isEmpty() || PluginJar.compare(release.version(), here) > 0,
                            release.signature() != null,
                            text(release.sbom()))));
        }
        return all;
    }

    /**
     * Fetches a release, holds it against its hash and signature, and puts it into the inbox.
     *
     * @throws Refused if it is not offered, cannot be fetched, or is not what the directory says
     */
    public PluginInbox.Item fetch(String id, String version) throws IOException, Refused {
        var release = read().stream()
                .filter(plugin -> plugin.id().equals(id))
                .flatMap(plugin -> plugin.releases().stream())
                .filter(each -> each.version().equals(version))
                .findFirst()
                .orElseThrow(() -> new Refused(
                        "plugin.not-offered",
                        "The directory does not offer " + Dropped.shown(id) + " " + Dropped.shown(version)
                                + ". Nothing was fetched. See GET /api/v1/plugins/directory.",
                        "Das Verzeichnis bietet " + Dropped.shown(id) + " " + Dropped.shown(version)
                                + " nicht an. Es wurde nichts geholt. Siehe GET /api/v1/plugins/directory."));
        try (var in = opened(release.url());
                var received = inbox.receive(in)) {
            isAsSaid(received.jar(), release);
            if (release.signature() != null) {
                received.sign(release.signature().getBytes(StandardCharsets.US_ASCII));
            }
            var verdict = trust.check(received.jar(), received.signature());
            if (verdict.state() == JarTrust.State.BAD
                    || (verdict.state() == JarTrust.State.UNSIGNED && !config.unsigned())) {
                throw new Refused(
                        "plugin.signature",
                        "The directory's jar is not signed by a key of plugins.keys. Nothing was kept. "
                                + verdict.english(),
                        "Das Archiv des Verzeichnisses ist von keinem Schlüssel aus plugins.keys signiert. Es wurde nichts"
                                + " behalten. " + verdict.german());
            }
            var said = PluginJar.named(PluginInbox.manifest(received.jar()), received.jar(), "", "");
            if (!said.id().equals(id) || !said.version().equals(version)) {
                throw changed(
                        "its manifest names another plugin or version",
                        "sein Manifest nennt ein anderes Plugin oder" + " eine andere Version");
            }
            return received.keep();
        }
    }

    private InputStream opened(String name) throws Refused {
        try {
            return open(name);
        } catch (IOException e) {
            throw unreadable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreadable(e);
        }
    }

    private static void isAsSaid(Path jar, Release release) throws IOException, Refused {
        if (release.sha512sum() == null && release.sha256() == null) {
            throw changed("the directory names no hash of it", "das Verzeichnis nennt keine Prüfsumme dafür");
        }
        if ((release.sha512sum() != null && !release.sha512sum().equalsIgnoreCase(hash("SHA-512", jar)))
                || (release.sha256() != null && !release.sha256().equalsIgnoreCase(hash("SHA-256", jar)))) {
            throw changed("its bytes have another hash", "sein Inhalt hat eine andere Prüfsumme");
        }
    }

    private static Refused changed(String english, String german) {
        return new Refused(
                "plugin.changed",
                "The jar is not the one the directory names: " + english
                        + ". Nothing was kept. Have the directory made again.",
                "Das Archiv ist nicht das, welches das Verzeichnis nennt: " + german
                        + ". Es wurde nichts behalten. Das Verzeichnis neu anlegen lassen.");
    }

    private List<Plugin> read() throws Refused {
        try (var in = opened(FILE)) {
            var bytes = in.readNBytes(MAX_LIST + 1);
            if (bytes.length > MAX_LIST) {
                throw new IOException(FILE + " is larger than 4 MiB");
            }
            return List.of(JSON.readValue(bytes, Plugin[].class));
        } catch (IOException | JacksonException | NullPointerException e) {
            throw unreadable(e);
        }
    }

    private Refused unreadable(Exception e) {
        return new Refused(
                "plugin.directory",
                "The plugin directory cannot be read (" + e.getClass().getSimpleName()
                        + "). Nothing was changed. Check plugins.directory in hub.yaml and the way to it.",
                "Das Verzeichnis der Plugins kann nicht gelesen werden ("
                        + e.getClass().getSimpleName()
                        + "). Es wurde nichts geändert. plugins.directory in hub.yaml und den Weg dorthin prüfen.");
    }

    /** What lies in the directory under a relative name. */
    private InputStream open(String name) throws IOException, InterruptedException, Refused {
        var place = config.directory()
                .orElseThrow(() -> new Refused(
                        "plugin.no-directory",
                        "No plugin directory is configured. Name one in hub.yaml: plugins.directory.",
                        "Es ist kein Verzeichnis der Plugins eingerichtet. In hub.yaml angeben: plugins.directory."));
        try {
            return place.matches("(?i)https?://.*") ? remote(place, name) : local(place, name);
        } catch (IllegalArgumentException e) {
            throw new IOException("not a name: " + Dropped.shown(name), e);
        }
    }

    private InputStream local(String place, String name) throws IOException {
        var folder = home.resolve(place).toRealPath();
        var file = folder.resolve(name).toRealPath();
        if (!file.startsWith(folder)) {
            throw new IOException("a name that leads out of the directory");
        }
        return Files.newInputStream(file);
    }

    private static InputStream remote(String place, String name) throws IOException, InterruptedException {
        var folder = URI.create(place.endsWith("/") ? place : place + "/");
        var address = folder.resolve(name);
        if (!address.toString().startsWith(folder.toString())) {
            throw new IOException("a name that leads out of the directory");
        }
        var client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .proxy(ProxySelector.getDefault())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        var answer = client.send(
                HttpRequest.newBuilder(address).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            answer.body().close();
            throw new IOException("HTTP " + answer.statusCode());
        }
        return answer.body();
    }

    private static boolean fits(Release release) {
        try {
            return release.requires() == null || PluginJar.isMet(release.requires());
        } catch (Refused e) {
            return false;
        }
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    /**
     * Writes {@code plugins.json} for the jars of a folder, with the signatures that lie beside them as {@code NAME.jar.sig} and the bills
     * of materials, {@code NAME.cdx.json} beside a jar or {@code META-INF/sbom/*.json} in it.
     *
     * @return the jars that are named
     * @throws Refused naming the first jar that is no plugin
     */
    public static List<String> write(Path folder) throws IOException, Refused {
        var plugins = new TreeMap<String, Plugin>();
        var named = new ArrayList<String>();
        for (var jar : jars(folder)) {
            var manifest = PluginInbox.manifest(jar);
            var file = String.valueOf(jar.getFileName());
            var plugin = PluginJar.named(manifest, jar, file, "");
            var release = new Release(
                    plugin.version(),
                    LocalDate.ofInstant(Files.getLastModifiedTime(jar).toInstant(), ZoneOffset.UTC)
                            .toString(),
                    manifest.getValue("Plugin-Requires"),
                    file.replace(" ", "%20"),
                    hash("SHA-512", jar),
                    hash("SHA-256", jar),
                    signature(jar).orElse(null),
                    sbom(jar).orElse(null));
            plugins.merge(
                    plugin.id(),
                    new Plugin(
                            plugin.id(),
                            manifest.getValue("Plugin-Description"),
                            manifest.getValue("Plugin-Provider"),
                            List.of(release)),
                    Plugin::and);
            named.add(file);
        }
        var temporary = Files.createTempFile(folder, "." + FILE, ".part");
        try {
            Files.write(temporary, JSON.writeValueAsBytes(plugins.values()));
            PluginInbox.force(temporary);
            Files.move(
                    temporary,
                    folder.resolve(FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return named;
    }

    private static List<Path> jars(Path folder) throws IOException {
        var jars = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(folder, "*.jar")) {
            all.forEach(jars::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        jars.sort(Comparator.comparing(jar -> String.valueOf(jar.getFileName())));
        return jars;
    }

    private static Optional<String> signature(Path jar) throws IOException {
        var file = Copies.beside(jar);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return JarTrust.text(Files.readAllBytes(file));
    }

    private static Optional<String> sbom(Path jar) throws IOException {
        var name = String.valueOf(jar.getFileName());
        var beside = name.replaceFirst("\\.jar$", ".cdx.json");
        if (Files.exists(jar.resolveSibling(beside))) {
            return Optional.of(beside);
        }
        try (var file = new JarFile(jar.toFile(), false)) {
            return file.stream()
                    .map(entry -> entry.getName())
                    .filter(entry -> entry.toLowerCase(Locale.ROOT).matches("meta-inf/sbom/[^/]+\\.json"))
                    .findFirst()
                    .map(entry -> "jar:" + name + "!/" + entry);
        }
    }

    private static String hash(String algorithm, Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance(algorithm);
            var buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IOException("every JDK has " + algorithm, e);
        }
    }
}
