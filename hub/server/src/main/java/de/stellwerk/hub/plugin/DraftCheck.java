package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.ConnectorSettings;
import de.stellwerk.hub.config.Draft;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipException;

/** What a hub would say of connections that somebody is still writing, without a hub that runs. */
public final class DraftCheck {

    /**
     * What was found.
     *
     * @param problems all of them; nobody outside was asked
     * @param left jars of the inbox that a hub would not take, each with the code that says why
     */
    public record Result(List<Problem> problems, List<String> left) {}

    private final Copies copies;
    private final Examination examination;
    private final Dwellings dwellings;
    private final Set<String> known = new TreeSet<>();
    private final List<Offer> offers = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    private DraftCheck(PluginsConfig trust, Clock clock, Path scratch) {
        this.copies = new Copies(scratch);
        this.examination = new Examination(trust, clock);
        this.dwellings = new Dwellings(scratch, Isolation.defaults(), clock);
    }

    /**
     * Asks the connectors of the jars in the inbox what settings they want; nothing is opened.
     *
     * @param home whose {@code plugins/inbox} counts, and what relative paths in settings start at
     * @param scratch a folder of this call alone
     * @throws IllegalArgumentException if one of the trusted keys is none
     */
    public static Result of(Draft draft, Path home, PluginsConfig trust, Clock clock, Path scratch) throws IOException {
        var check = new DraftCheck(trust, clock, scratch);
        try {
            check.load(
                    home.resolve("plugins/inbox"),
                    draft.connections().values().stream()
                            .map(ConnectionConfig::connector)
                            .collect(Collectors.toSet()));
            var problems = new ArrayList<>(draft.problems());
            for (var each : draft.connections().values()) {
                problems.addAll(check.offer(each)
                        .map(offer -> SettingsReason.problems(offer, each, home))
                        .orElseGet(() -> ConnectorSettings.unknownConnector(each, check.known)));
            }
            return new Result(List.copyOf(problems), List.copyOf(check.left));
        } finally {
            check.close();
        }
    }

    private void load(Path inbox, Set<String> wanted) throws IOException {
        if (!Files.isDirectory(inbox)) {
            return;
        }
        copies.prepare();
        for (var file : Dropped.list(inbox).keySet()) {
            try {
                load(inbox.resolve(file), file, wanted);
            } catch (Refused e) {
                left.add(Dropped.shown(file) + ": " + e.code());
            } catch (ZipException e) {
                left.add(Dropped.shown(file) + ": plugin.incomplete");
            }
        }
        offers.sort((one, other) -> PluginJar.compare(
                other.plugin().jar().version(), one.plugin().jar().version()));
    }

    /** A jar that says of itself that it has none of the wanted connectors is not looked into. */
    private void load(Path file, String name, Set<String> wanted) throws IOException, Refused {
        var taken = copies.take(file);
        var copy = copies.keep(taken);
        var checks = new Checks();
        var promised = Permits.connectors(PluginInbox.manifest(copy));
        known.addAll(promised);
        if (!promised.isEmpty() && Collections.disjoint(promised, wanted)) {
            return;
        }
        var jar = examination.of(copy, name, taken.sha256(), Copies.beside(file), checks);
        var plugin = new LoadedPlugin(jar, dwellings.open(jar), checks);
        var described = false;
        try {
            plugin.offers(Trial.of(plugin));
            offers.addAll(plugin.offers());
            plugin.offers().forEach(offer -> known.add(offer.descriptor().name()));
            described = true;
        } finally {
            if (!described) {
                plugin.close();
            }
        }
    }

    private Optional<Offer> offer(ConnectionConfig config) {
        return offers.stream()
                .filter(offer -> offer.descriptor().name().equals(config.connector()))
                .filter(offer ->
                        config.version().map(offer.plugin().jar()::fits).orElse(true))
                .findFirst();
    }

    private void close() {
        offers.stream().map(Offer::plugin).distinct().forEach(plugin -> {
            plugin.closeables().forEach(closeable -> Versions.close(plugin, closeable));
            plugin.close();
        });
    }
}
