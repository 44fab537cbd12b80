package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.plugin.Checks.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** What a hub would say about a jar, without a hub that runs. */
public final class PluginCheck {

    private PluginCheck() {}

    /**
     * Holds a jar against everything a hub holds it against, except what other jars stand in its way.
     *
     * @param signature need not exist
     * @param scratch a folder of this call alone
     * @return every line, in order
     * @throws IllegalArgumentException if one of the trusted keys is none
     */
    public static List<Check> of(Path jar, Path signature, PluginsConfig trust, Clock clock, Path scratch)
            throws IOException {
        var copies = new Copies(scratch);
        copies.prepare();
        var taken = copies.take(jar);
        var copy = copies.keep(taken);
        var checks = new Checks();
        checks.skipped(Line.PLACE, "No running hub was asked.", "Es wurde kein laufender Hub gefragt.");
        try {
            var read = new Examination(trust, clock)
                    .of(copy, String.valueOf(jar.getFileName()), taken.sha256(), signature, checks);
            tried(read, scratch, clock, checks);
        } catch (Refused e) {
            checks.failed(e.reason());
        } finally {
            Files.deleteIfExists(copy);
        }
        return checks.all();
    }

    private static void tried(PluginJar jar, Path scratch, Clock clock, Checks checks) throws Refused {
        var dwellings = new Dwellings(scratch, Isolation.defaults(), clock);
        var plugin = new LoadedPlugin(jar, dwellings.open(jar), checks);
        try {
            plugin.offers(Trial.of(plugin));
            new SelfTest(scratch.resolve("self-test")).run(plugin);
        } finally {
            plugin.closeables().forEach(closeable -> Versions.close(plugin, closeable));
            plugin.close();
        }
    }
}
