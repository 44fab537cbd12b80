package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.plugin.Connection.Surroundings;
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
    private final PluginWatch watch;

    /**
     * Opens nothing yet.
     *
     * @param pluginsFolder {@code <home>/plugins}; jars are dropped into its folder {@code inbox}
     * @param dataFolder {@code <home>/data}, where the hub keeps its own copies and a folder for each connection
     * @param home what relative paths in settings start at
     * @param trust which jars are taken
     * @throws IllegalArgumentException if one of the trusted keys is none
     */
    public Connections(
            Path pluginsFolder,
            Path dataFolder,
            Path home,
            Collection<Municipality> municipalities,
            PluginsConfig config,
            Clock clock) {
        this(pluginsFolder, dataFolder, home, municipalities, config, clock, LOOK);
    }

    /** @param look the time between two looks at the inbox */
    Connections(
            Path pluginsFolder,
            Path dataFolder,
            Path home,
            Collection<Municipality> municipalities,
            PluginsConfig config,
            Clock clock,
            Duration look) {
        var data = dataFolder.resolve("plugins");
        this.plugins = new Plugins(
                pluginsFolder.resolve("inbox"),
                data,
                new Dwellings(data, config.isolation(), clock),
                look,
                new Examination(config, clock),
                this::forget);
        var surroundings = new Surroundings(plugins, home.toAbsolutePath().normalize(), dataFolder, clock);
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
