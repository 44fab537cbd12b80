package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.Connection.Surroundings;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Tested.Check;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every configured connection, and the connectors that plugin jars offer. A jar dropped into {@code plugins/inbox} is available within
 * seconds, without a restart; a newer version takes over while calls run; a jar that is removed is unloaded.
 */
public final class Connections implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(500);

    private final Map<String, Connection> connections = new LinkedHashMap<>();
    private final Plugins plugins;
    private final Testing testing;
    private final PluginWatch watch;

    /**
     * Opens nothing yet.
     *
     * @param pluginsFolder {@code <home>/plugins}; jars are dropped into its folder {@code inbox}
     * @param dataFolder {@code <home>/data}, where the hub keeps its own copies and a folder for each connection
     * @param home what relative paths in settings start at
     * @param config which jars are taken, and how versions are swapped
     * @param book tells what became of deliveries in a swap
     * @throws IllegalArgumentException if one of the trusted keys is none
     */
    public Connections(
            Path pluginsFolder,
            Path dataFolder,
            Path home,
            Collection<Municipality> municipalities,
            PluginsConfig config,
            SwapReport.Book book,
            Clock clock) {
        this(pluginsFolder, dataFolder, home, municipalities, config, book, clock, LOOK);
    }

    /** @param look the time between two looks at the inbox */
    Connections(
            Path pluginsFolder,
            Path dataFolder,
            Path home,
            Collection<Municipality> municipalities,
            PluginsConfig config,
            SwapReport.Book book,
            Clock clock,
            Duration look) {
        var data = dataFolder.resolve("plugins");
        this.plugins = new Plugins(
                pluginsFolder.resolve("inbox"),
                data,
                new Dwellings(data, config.isolation(), clock),
                look,
                new Examination(config, clock),
                new Versions.Rules(
                        config.canary(), config.watch(), config.returnAfter(), uses(municipalities), book, clock),
                this::forget);
        var surroundings = new Surroundings(plugins, home.toAbsolutePath().normalize(), dataFolder, clock);
        this.testing = new Testing(surroundings);
        this.watch = new PluginWatch(plugins, connections.values());
        for (var municipality : municipalities) {
            municipality
                    .connections()
                    .values()
                    .forEach(each -> connections.put(
                            key(municipality.ags(), each.name()),
                            new Connection(municipality.ags(), each, surroundings)));
        }
    }

    private static List<Versions.Use> uses(Collection<Municipality> municipalities) {
        return municipalities.stream()
                .flatMap(municipality -> municipality.connections().values().stream()
                        .map(each ->
                                new Versions.Use(municipality.ags(), each.name(), each.connector(), each.version())))
                .toList();
    }

    /**
     * Loads the plugins that were active when the hub was stopped, then watches the inbox.
     *
     * @throws java.io.UncheckedIOException if the folders cannot be made or read
     */
    public void start() {
        plugins.start();
        watch.start();
    }

    public Optional<Connection> find(String municipality, String name) {
        return Optional.ofNullable(connections.get(key(municipality, name)));
    }

    /** In the order of the configuration. */
    public Collection<Connection> all() {
        return Collections.unmodifiableCollection(connections.values());
    }

    /** Every jar in the inbox and every plugin in use, by file name. */
    public List<PluginStatus> plugins() {
        return plugins.status();
    }

    /** The cards of all connectors that plugins offer now, by name. */
    public List<ConnectorDescriptor> descriptors() {
        return plugins.descriptors();
    }

    /** What is wrong with a connection's settings, in force or not; nobody outside is asked. */
    public List<Problem> problems(String municipality, ConnectionConfig config) {
        return testing.problems(municipality, config);
    }

    /** Contacts the target of a connection, in force or not, step by step; nothing is sent to it, and no line holds a secret. */
    public List<Check> test(String municipality, ConnectionConfig config) {
        return testing.test(municipality, config);
    }

    /**
     * Asks the target what it offers for a setting.
     *
     * @throws ConnectorFailed if no plugin offers the connector, or the target cannot be asked
     */
    public List<String> choices(String municipality, ConnectionConfig config, String setting) throws ConnectorFailed {
        return testing.choices(municipality, config, setting);
    }

    /** What became of swaps of versions, the latest first. */
    public List<SwapReport> swaps() {
        return plugins.swaps();
    }

    /**
     * Uses a version whose jar lies in the inbox, by a swap like any other. It stays chosen until another is, also over a restart.
     *
     * @param version as in the manifest; {@code newest} leaves it to the hub again
     * @param municipality its AGS, if only that one is to use it; empty for all
     * @return false if there is no such version
     */
    public boolean use(String plugin, String version, String municipality) {
        return plugins.use(plugin, version, municipality);
    }

    /** Stops watching, waits up to ten seconds for running calls, and closes every connector. */
    @Override
    public void close() {
        watch.close();
        plugins.close();
    }

    private void forget(LoadedPlugin plugin) {
        connections.values().forEach(connection -> connection.forget(plugin));
    }

    private static String key(String municipality, String name) {
        return municipality + "/" + name;
    }
}
