package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import de.stellwerk.hub.config.Section.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads {@code config/hub.yaml} and {@code config/municipalities/<AGS>.yaml}. Reading is strict: an unknown key is a problem, and
 * every value is text until a key says what it means. Whether a connection's settings are those its connector asks for is checked
 * later, when the connector is there.
 */
public final class ConfigReader {

    private static final Duration POLL = Duration.ofSeconds(5);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int WEB_PORT = 8080;
    /** A version, a part of one, or comparisons of such. */
    private static final String VERSIONS = "[~^]?[0-9]+(\\.[0-9x*]+){0,2}|[<>=]{1,2}[0-9.]+( & [<>=]{1,2}[0-9.]+){0,3}";

    private static final int MAX_KEY = 64 << 10;

    private final Path home;
    private final Path data;
    private final Problems problems = new Problems();
    private final Reading reading;

    private ConfigReader(Path home, Path data, Map<String, String> env) {
        this.home = home;
        this.data = data;
        this.reading = new Reading(new Values(home.resolve("config/secrets"), env, problems), problems);
    }

    /** The same with the data in the home's folder {@code data}. */
    public static HubConfig read(Path home, Map<String, String> env) throws ConfigProblems {
        return read(home, home.resolve("data"), env);
    }

    /**
     * Everything the hub was told.
     *
     * @param home the folder that holds {@code config/}; a home without configuration gives the defaults and no municipality
     * @param data the folder that belongs to this hub alone
     * @param env the environment, for values such as <code>${NAME:-default}</code>
     * @throws ConfigProblems with everything that is wrong, not only the first
     */
    public static HubConfig read(Path home, Path data, Map<String, String> env) throws ConfigProblems {
        var reader = new ConfigReader(
                home.toAbsolutePath().normalize(), data.toAbsolutePath().normalize(), env);
        var config = reader.hub(reader.municipalities());
        reader.problems.check();
        return config;
    }

    /**
     * Connections that are not in force: a whole file of a municipality, its part {@code connections}, or one connection, which is then
     * called {@code draft}; as YAML or JSON.
     *
     * @param name of the text, for the places of its problems
     * @param home whose secrets it may refer to
     */
    public static Draft draft(String name, String text, Path home, Map<String, String> env) {
        var reader = new ConfigReader(home.toAbsolutePath().normalize(), home.resolve("data"), env);
        var file = new YamlFile(Path.of(name), name, reader.problems);
        var ags = "";
        var connections = Map.<String, ConnectionConfig>of();
        var top = file.top(text);
        if (top.isPresent()) {
            var keys = new Section(file, top.get(), new Reading(reader.reading.values(), new Problems())).keys();
            if (keys.contains("connector")) {
                var section = new Section(file, top.get(), ConfigKeys.CONNECTION, reader.reading);
                connections = Map.of("draft", connection("draft", section));
            } else if (keys.contains("municipality")) {
                var section = new Section(file, top.get(), ConfigKeys.MUNICIPALITY, reader.reading);
                var municipality = reader.municipality(section, "", new HashMap<>());
                ags = municipality.ags();
                connections = municipality.connections();
            } else {
                connections = connections(new Section(file, top.get(), Set.of("connections"), reader.reading));
            }
        }
        return new Draft(ags, connections, reader.problems.all());
    }

    /**
     * The section {@code plugins} of {@code config/hub.yaml} alone, for those who check a jar where nothing else is set up.
     *
     * @throws ConfigProblems with everything that is wrong in it
     */
    public static PluginsConfig plugins(Path home, Map<String, String> env) throws ConfigProblems {
        var folder = home.toAbsolutePath().normalize();
        var reader = new ConfigReader(folder, folder.resolve("data"), env);
        var plugins = reader.plugins(reader.top());
        reader.problems.check();
        return plugins;
    }

    private Optional<Section> top() {
        var file = home.resolve("config/hub.yaml");
        return Files.exists(file) ? open(file, ConfigKeys.HUB) : Optional.empty();
    }

    private HubConfig hub(Map<String, Municipality> municipalities) {
        var top = top();
        var given = top.flatMap(hub -> hub.section("limits", ConfigKeys.LIMITS));
        var broker = broker(top.flatMap(hub -> hub.section("broker", ConfigKeys.BROKER)));
        var database = database(top.flatMap(hub -> hub.section("database", ConfigKeys.DATABASE)));
        var content = folder(top.flatMap(hub -> hub.section("content", ConfigKeys.CONTENT)));
        var seal = top.flatMap(hub -> hub.section("seal", ConfigKeys.SEAL));
        var seals = folder(seal);
        // Who shares both works beside others: they must find the parts this node takes in, and seal with one key.
        if (broker.external().isPresent() && database.url().isPresent()) {
            top.ifPresent(hub -> {
                if (content.isEmpty()) {
                    hub.report(ProblemCode.SHARED_FOLDER, hub.place(), "content.folder", "");
                }
                if (seals.isEmpty()) {
                    hub.report(ProblemCode.SHARED_FOLDER, hub.place(), "seal.folder", "");
                }
            });
        }
        var limits = limits(given);
        var capacity = capacity(given);
        pushes(municipalities, limits, capacity);
        return new HubConfig(
                home,
                data,
                web(top.flatMap(hub -> hub.section("web", ConfigKeys.WEB))),
                broker,
                database,
                content.orElse(data.resolve("content")),
                seals.orElse(data),
                seal.flatMap(section -> section.section("time-stamps", ConfigKeys.TIME_STAMPS))
                        .flatMap(this::timeStamps),
                limits,
                capacity,
                plugins(top),
                municipalities);
    }

    private Optional<Path> folder(Optional<Section> section) {
        return section.flatMap(given -> given.value("folder")).map(folder -> home.resolve(folder.text()));
    }

    private Optional<TimeStampConfig> timeStamps(Section given) {
        var limit = given.duration("time-limit", TimeStampConfig.TIME_LIMIT);
        var url = given.required("url")
                .filter(value -> is(
                        given,
                        value,
                        "https?://[A-Za-z0-9.\\[\\]:-]+(/[^ ]*)?",
                        ProblemCode.VALUE,
                        "http://…, https://…"));
        var trust = given.required("trust");
        trust.filter(value -> !Files.isRegularFile(home.resolve(value.text())))
                .ifPresent(value -> given.report(ProblemCode.FILE_MISSING, value.place(), value.text(), ""));
        return url.flatMap(address ->
                trust.map(file -> new TimeStampConfig(URI.create(address.text()), home.resolve(file.text()), limit)));
    }

    private Optional<Section> open(Path path, Set<String> known) {
        var name = home.relativize(path).toString().replace('\\', '/');
        var file = new YamlFile(path, name, problems);
        return file.top().map(node -> new Section(file, node, known, reading));
    }

    private WebConfig web(Optional<Section> given) {
        if (given.isEmpty()) {
            return new WebConfig(LOOPBACK, WEB_PORT, Optional.empty());
        }
        var web = given.get();
        var certificate = web.value("certificate");
        certificate
                .filter(value -> !Files.isRegularFile(home.resolve(value.text())))
                .ifPresent(value -> web.report(ProblemCode.FILE_MISSING, value.place(), value.text(), ""));
        return new WebConfig(
                web.text("address", LOOPBACK),
                web.number("port", WEB_PORT, 0, 65_535),
                certificate.map(value -> home.resolve(value.text())));
    }

    private BrokerConfig broker(Optional<Section> given) {
        if (given.isEmpty()) {
            return new BrokerConfig(LOOPBACK, 0, List.of(), Optional.empty());
        }
        var broker = given.get();
        var doors = new ArrayList<BrokerConfig.Door>();
        var taken = new HashSet<String>();
        for (var door : broker.list("doors", ConfigKeys.DOOR)) {
            var queue = door.requiredText("queue");
            var user = door.requiredText("user");
            for (var mine : List.of("queue " + queue, "user " + user)) {
                if (!mine.endsWith(" ") && !taken.add(mine)) {
                    door.report(ProblemCode.DUPLICATE_DOOR, door.place(), mine, "");
                }
            }
            doors.add(new BrokerConfig.Door(queue, user, door.requiredSecret("password")));
        }
        var external = broker.value("url")
                .map(url -> new BrokerConfig.External(
                        url.text(), broker.requiredText("user"), broker.requiredSecret("password")));
        if (external.isPresent() && !doors.isEmpty()) {
            broker.report(ProblemCode.EXTERNAL_DOORS, broker.place(), "doors", "");
        }
        return new BrokerConfig(
                broker.text("address", LOOPBACK), broker.number("port", 0, 0, 65_535), List.copyOf(doors), external);
    }

    private DatabaseConfig database(Optional<Section> given) {
        if (given.isEmpty()) {
            return new DatabaseConfig(Optional.empty(), "", "");
        }
        var database = given.get();
        var url = database.required("url");
        url.filter(value -> !value.text().startsWith("jdbc:postgresql:"))
                .ifPresent(value -> database.report(
                        ProblemCode.DATABASE_URL, value.place(), "", "jdbc:postgresql://host:5432/name"));
        return new DatabaseConfig(
                url.map(Section.Value::text), database.requiredText("user"), database.requiredSecret("password"));
    }

    private static Limits limits(Optional<Section> given) {
        var defaults = Limits.defaults();
        return given.map(limits -> new Limits(
                        limits.size("part", defaults.part(), 1L << 40),
                        limits.size("xml", defaults.xml(), 1L << 30),
                        Math.toIntExact(limits.size("inline", defaults.inline(), 16L << 20)),
                        limits.number("attachments", defaults.attachments(), 0, 10_000)))
                .orElse(defaults);
    }

    private static Capacity capacity(Optional<Section> given) {
        var defaults = Capacity.defaults();
        return given.map(limits -> new Capacity(
                        limits.size("disk-reserve", defaults.diskReserve(), 1L << 40),
                        limits.number("requests", defaults.requests(), 1, 10_000),
                        limits.number("requests-per-key", defaults.requestsPerKey(), 1, 10_000),
                        limits.size(
                                "pushes",
                                defaults.pushes(),
                                2 * Bounds.defaults().push(),
                                1L << 40)))
                .orElse(defaults);
    }

    /** A push that could never be let in is a mistake here, and not a surprise at the door. */
    private void pushes(Map<String, Municipality> municipalities, Limits limits, Capacity capacity) {
        long most = Math.min(limits.part(), capacity.largestPush());
        municipalities.values().stream()
                .flatMap(each -> each.connections().values().stream())
                .filter(each ->
                        each.bounds().push() > Math.max(most, Bounds.defaults().push()))
                .forEach(each -> problems.add(
                        ProblemCode.SIZE,
                        new Place(
                                each.origin().file(),
                                each.origin().line(),
                                each.origin().column()),
                        each.name() + ": push-size " + each.bounds().push() + " B",
                        "≤ " + most + " B: limits.pushes / 2, limits.part"));
    }

    private PluginsConfig plugins(Optional<Section> top) {
        var given = top.flatMap(hub -> hub.section("plugins", ConfigKeys.PLUGINS));
        if (given.isEmpty()) {
            return new PluginsConfig(
                    false,
                    Map.of(),
                    Optional.empty(),
                    Isolation.defaults(),
                    Optional.empty(),
                    PluginsConfig.WATCH,
                    PluginsConfig.RETURN_AFTER);
        }
        var plugins = given.get();
        var unsigned = plugins.value("unsigned");
        unsigned.ifPresent(value -> is(plugins, value, "allowed|refused", ProblemCode.CHOICE, "allowed, refused"));
        var keys = new LinkedHashMap<String, String>();
        for (var each : plugins.list("keys", ConfigKeys.PLUGIN_KEY)) {
            var name = each.requiredName("name");
            each.required("key").flatMap(value -> keyText(each, value)).ifPresent(key -> {
                if (keys.putIfAbsent(name, key) != null) {
                    each.report(ProblemCode.DUPLICATE_PLUGIN_KEY, each.place(), name, "");
                }
            });
        }
        return new PluginsConfig(
                unsigned.map(Section.Value::text).filter("allowed"::equals).isPresent(),
                Collections.unmodifiableMap(keys),
                plugins.value("directory").map(Section.Value::text),
                isolation(plugins),
                plugins.value("canary")
                        .filter(value -> is(plugins, value, "none|[0-9]{8}", ProblemCode.AGS, "none, 8 × 0-9"))
                        .map(Section.Value::text)
                        .filter(ags -> !ags.equals("none")),
                plugins.duration("watch", PluginsConfig.WATCH),
                plugins.number("return-after", PluginsConfig.RETURN_AFTER, 1, 10_000));
    }

    private static Isolation isolation(Section plugins) {
        var defaults = Isolation.defaults();
        return new Isolation(
                Set.copyOf(plugins.texts("isolated")),
                plugins.size("isolated-heap", defaults.isolatedHeap(), 64L << 30),
                plugins.number("threads", defaults.threads(), 10, 10_000));
    }

    /** The key itself, or the content of the file that is named. */
    private Optional<String> keyText(Section section, Section.Value given) {
        if (isKey(given.text())) {
            return Optional.of(given.text());
        }
        var file = home.resolve(given.text());
        try {
            var text = Files.isRegularFile(file) && Files.size(file) <= MAX_KEY ? Files.readString(file) : "";
            if (isKey(text)) {
                return Optional.of(text);
            }
        } catch (IOException | UncheckedIOException e) {
            section.report(ProblemCode.UNREADABLE, given.place(), e.getClass().getSimpleName(), "");
            return Optional.empty();
        }
        section.report(ProblemCode.PLUGIN_KEY, given.place(), "", "");
        return Optional.empty();
    }

    /** The form alone: what the bytes are worth, the room of the signatures says. */
    private static boolean isKey(String key) {
        return key.contains("-----BEGIN PUBLIC KEY-----")
                || key.contains("-----BEGIN CERTIFICATE-----")
                || key.matches("MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=");
    }

    private Map<String, Municipality> municipalities() {
        var found = new TreeMap<String, Municipality>();
        var files = new LinkedHashMap<String, String>();
        for (var path : files(home.resolve("config/municipalities"))) {
            var name = String.valueOf(path.getFileName());
            open(path, ConfigKeys.MUNICIPALITY).ifPresent(top -> {
                var municipality = municipality(top, name, files);
                found.put(municipality.ags(), municipality);
            });
        }
        return Collections.unmodifiableMap(found);
    }

    private List<Path> files(Path folder) {
        var found = new ArrayList<Path>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (var all = Files.newDirectoryStream(folder)) {
            for (var path : all) {
                var name = String.valueOf(path.getFileName());
                if (name.endsWith(".yaml")) {
                    found.add(path);
                } else if (name.endsWith(".yml")) {
                    problems.add(
                            ProblemCode.FILE_NAME,
                            Place.file("config/municipalities/" + name),
                            name,
                            name.replaceFirst("yml$", "yaml"));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            problems.add(
                    ProblemCode.UNREADABLE,
                    Place.file("config/municipalities"),
                    e.getClass().getSimpleName(),
                    "");
        }
        Collections.sort(found);
        return found;
    }

    /**
     * @param fileName empty for a text that lies in no file yet
     * @param files which file named an AGS or ARS first
     */
    private Municipality municipality(Section top, String fileName, Map<String, String> files) {
        var ags = top.required("municipality");
        var ars = top.required("ars");
        boolean agsGood = ags.isPresent() && is(top, ags.get(), "[0-9]{8}", ProblemCode.AGS, "8 × 0-9 (\"01001000\")");
        boolean arsGood =
                ars.isPresent() && is(top, ars.get(), "[0-9]{12}", ProblemCode.ARS, "12 × 0-9 (\"010010000000\")");
        if (agsGood) {
            var value = ags.get();
            if (!fileName.isEmpty() && !fileName.equals(value.text() + ".yaml")) {
                top.report(ProblemCode.FILE_NAME, value.place(), fileName, value.text() + ".yaml");
            }
            once(top, value, ProblemCode.DUPLICATE_MUNICIPALITY, files, fileName);
        }
        if (arsGood) {
            once(top, ars.get(), ProblemCode.DUPLICATE_ARS, files, fileName);
        }
        if (agsGood && arsGood) {
            var key = ars.get().text();
            if (!ags.get().text().equals(key.substring(0, 5) + key.substring(9))) {
                top.report(
                        ProblemCode.ARS_OF_AGS,
                        ars.get().place(),
                        key,
                        ags.get().text());
            }
        }
        return new Municipality(
                ags.map(Section.Value::text).orElse(""),
                ars.map(Section.Value::text).orElse(""),
                top.requiredText("name"),
                connections(top));
    }

    private static Map<String, ConnectionConfig> connections(Section top) {
        var connections = new LinkedHashMap<String, ConnectionConfig>();
        top.section("connections").ifPresent(all -> {
            for (var name : all.checkedNames()) {
                all.section(name, ConfigKeys.CONNECTION)
                        .ifPresent(section -> connections.put(name, connection(name, section)));
            }
        });
        return Collections.unmodifiableMap(connections);
    }

    private static boolean is(Section top, Section.Value value, String form, ProblemCode code, String expected) {
        boolean good = value.text().matches(form);
        if (!good) {
            top.report(code, value.place(), value.text(), expected);
        }
        return good;
    }

    private static void once(
            Section top, Section.Value value, ProblemCode code, Map<String, String> files, String fileName) {
        var earlier = files.putIfAbsent(value.text(), fileName);
        if (earlier != null) {
            top.report(code, value.place(), value.text(), earlier);
        }
    }

    private static ConnectionConfig connection(String name, Section section) {
        var settings = new LinkedHashMap<String, String>();
        var secrets = new HashSet<String>();
        var written = new HashMap<String, Origin.Written>();
        var given = section.section("settings");
        var place = given.map(Section::place).orElse(section.place());
        given.ifPresent(all -> {
            for (var setting : all.checkedNames()) {
                written.put(setting, all.written(setting));
                if (all.isReference(setting)) {
                    settings.put(setting, all.requiredSecret(setting));
                    secrets.add(setting);
                } else {
                    all.anyText(setting).ifPresent(value -> settings.put(setting, value.text()));
                }
            }
        });
        var retry = section.section("retry", ConfigKeys.RETRY)
                .map(ConfigReader::retry)
                .orElse(Retry.defaults());
        return new ConnectionConfig(
                name,
                section.requiredName("connector"),
                section.value("version")
                        .filter(value ->
                                is(section, value, VERSIONS, ProblemCode.CHOICE, "1.2, ~1.2.3, >=1.0.0 & <2.0.0"))
                        .map(Section.Value::text),
                section.duration("poll", POLL),
                order(section),
                retry,
                bounds(section),
                section.texts("authorities"),
                settings,
                secrets,
                new Origin(place.file(), place.line(), place.column(), written));
    }

    private static Bounds bounds(Section section) {
        var defaults = Bounds.defaults();
        return new Bounds(
                section.number("calls", defaults.calls(), 1, 64),
                section.duration("time-limit", defaults.timeLimit()),
                section.size("push-size", defaults.push(), 1L << 40));
    }

    private static Optional<String> order(Section section) {
        return section.value("order")
                .filter(value -> is(section, value, Section.NAME, ProblemCode.NAME, "case, a-z, 0-9, -"))
                .map(Section.Value::text);
    }

    private static Retry retry(Section section) {
        var defaults = Retry.defaults();
        return new Retry(
                section.number("attempts", defaults.attempts(), 1, 1_000),
                section.duration("first", defaults.first()),
                section.duration("longest", defaults.longest()));
    }
}
