package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.ConnectorSettings;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.Connection.Context;
import de.stellwerk.hub.plugin.Connection.Surroundings;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.settings.SettingValues;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a connection out, whether it is in force or a draft. It has a connector of its own, which is closed afterwards: the one in use is
 * neither asked nor held up. Nothing of what it says holds a secret.
 */
final class Testing {

    private static final Logger LOG = LoggerFactory.getLogger(Testing.class);

    private static final String LABEL = "test";
    private static final int MOST_HANGING = 4;
    private static final int MOST_CHECKS = 50;
    private static final int MOST_CHOICES = 1_000;
    private static final Text NOTHING = new Text("", "");

    private final Surroundings surroundings;

    Testing(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What is wrong with its settings, as far as the hub can tell without asking anybody. */
    List<Problem> problems(String municipality, ConnectionConfig config) {
        return offer(municipality, config)
                .map(offer -> SettingsReason.problems(offer, config, surroundings.home()))
                .orElseGet(() -> ConnectorSettings.unknownConnector(
                        config, surroundings.plugins().connectors()));
    }

    private Optional<Offer> offer(String municipality, ConnectionConfig config) {
        return surroundings.plugins().offer(config.connector(), municipality, config.version());
    }

    /** Settings, then name, line and TLS of each computer they name, then what the connector itself can ask. */
    List<Check> test(String municipality, ConnectionConfig config) {
        var checks = new ArrayList<Check>();
        var problems = problems(municipality, config);
        if (!problems.isEmpty()) {
            problems.forEach(problem -> checks.add(new Check(
                    "settings",
                    Outcome.FAILED,
                    new Text(problem.text(Locale.GERMAN), problem.text(Locale.ENGLISH)),
                    new Text("Berichtigen, dann wieder prüfen.", "Correct it, then test again."))));
            return List.copyOf(checks);
        }
        checks.add(new Check(
                "settings",
                Outcome.PASSED,
                new Text(
                        "Alle Einstellungen haben die verlangte Form.",
                        "All settings have the form that is asked for."),
                NOTHING));
        var offer = offer(municipality, config);
        if (offer.isEmpty() || !offer.get().plugin().enter()) {
            checks.add(new Check(
                    "open",
                    Outcome.SKIPPED,
                    new Text("Das Plugin wird gerade ausgetauscht.", "The plugin is just being replaced."),
                    new Text("Gleich noch einmal prüfen.", "Test again in a moment.")));
            return List.copyOf(checks);
        }
        try {
            var settings = new SettingValues(offer.get().descriptor(), config.settings(), surroundings.home());
            checks.addAll(Reach.of(offer.get().descriptor(), settings, surroundings.clock()));
            boolean reached = checks.stream()
                    .noneMatch(check ->
                            check.outcome() == Outcome.FAILED && !check.name().startsWith("tls "));
            if (reached) {
                checks.addAll(asked(municipality, config, offer.get(), settings));
            } else {
                checks.add(new Check(
                        "open",
                        Outcome.SKIPPED,
                        new Text("Erst muss das Ziel erreichbar sein.", "The target has to be reached first."),
                        NOTHING));
            }
        } finally {
            offer.get().plugin().leave();
        }
        return List.copyOf(checks);
    }

    private List<Check> asked(String municipality, ConnectionConfig config, Offer offer, Settings settings) {
        var checks = new ArrayList<Check>();
        try (var scratch = new Scratch(surroundings.data())) {
            var hub = new Context(config.name(), municipality, surroundings.clock(), scratch.folder);
            var connector = call(
                    offer,
                    hub,
                    () -> Objects.requireNonNull(
                            offer.factory().create(settings, hub), "the factory gave no connector"),
                    Connection::tooLate);
            try {
                checks.add(new Check(
                        "open",
                        Outcome.PASSED,
                        new Text("Die Verbindung lässt sich öffnen.", "The connection can be opened."),
                        NOTHING));
                checks.addAll(asked(config, offer, connector, hub));
            } finally {
                Versions.close(offer.plugin(), connector);
            }
        } catch (ConnectorFailed e) {
            checks.add(failed(config, checks.isEmpty() ? "open" : "connector", e));
        } catch (IOException e) {
            throw new UncheckedIOException("there is no folder to test a connection in", e);
        }
        return checks;
    }

    private List<Check> asked(ConnectionConfig config, Offer offer, Connector connector, HubContext hub)
            throws ConnectorFailed {
        if (!(connector instanceof Tested tested)) {
            return List.of(new Check(
                    "connector",
                    Outcome.SKIPPED,
                    new Text(
                            "Dieser Konnektor kann sein Ziel nicht weiter befragen.",
                            "This connector cannot ask its target any further."),
                    NOTHING));
        }
        return call(offer, hub, tested::test, late -> {}).stream()
                .limit(MOST_CHECKS)
                .map(check -> clean(config, check))
                .toList();
    }

    /**
     * What the target offers for a setting.
     *
     * @param config may still be incomplete
     * @throws ConnectorFailed if there is no such connector, or the target cannot be asked
     */
    List<String> choices(String municipality, ConnectionConfig config, String setting) throws ConnectorFailed {
        var offer = offer(municipality, config)
                .orElseThrow(() -> new ConnectorFailed("plugin.waiting", "no plugin offers this connector now"));
        if (!offer.plugin().enter()) {
            throw new ConnectorFailed("plugin.waiting", "the plugin is just being replaced");
        }
        try (var scratch = new Scratch(surroundings.data())) {
            var given = new HashMap<String, String>();
            for (var each : offer.descriptor().settings()) {
                var value = config.settings().getOrDefault(each.name(), "");
                if (!value.isBlank() && SettingRule.expected(each, value).isEmpty()) {
                    given.put(each.name(), value);
                }
            }
            var settings = new SettingValues(offer.descriptor(), given, surroundings.home());
            var hub = new Context(config.name(), municipality, surroundings.clock(), scratch.folder);
            return call(offer, hub, () -> offer.factory().choices(setting, settings, hub), late -> {}).stream()
                    .limit(MOST_CHOICES)
                    .map(choice -> SettingsReason.clean(config, choice))
                    .toList();
        } catch (ConnectorFailed e) {
            throw new ConnectorFailed(
                    e.code(), SettingsReason.clean(config, e.said().isEmpty() ? text(e) : e.said()));
        } catch (IOException e) {
            throw new UncheckedIOException("there is no folder to ask a target from", e);
        } finally {
            offer.plugin().leave();
        }
    }

    /** A connection in use does not lose its places to a test that hangs; after a few of those the plugin is not tested any more. */
    private static <T> T call(Offer offer, HubContext hub, Calls.Call<T> call, Consumer<T> late)
            throws ConnectorFailed {
        var crew = offer.plugin().crew();
        if (crew.held(LABEL) >= MOST_HANGING) {
            throw new ConnectorFailed(
                    "plugin.hangs", MOST_HANGING + " tests of this plugin's connections have not come back");
        }
        return crew.call(
                LABEL + " " + hub.municipality() + "/" + hub.connection(), Calls.LIMIT, Crew.Book.none(), call, late);
    }

    private static String text(ConnectorFailed e) {
        return e.getMessage() == null ? e.code() : e.getMessage();
    }

    private static Check failed(ConnectionConfig config, String name, ConnectorFailed e) {
        var said = SettingsReason.clean(config, e.said());
        var why = text(e) + (said.isEmpty() ? "" : " (" + said + ")");
        return new Check(
                name,
                Outcome.FAILED,
                new Text("Der Konnektor meldet: " + why + ".", "The connector says: " + why + "."),
                new Text(
                        "Die genannte Einstellung oder das Ziel berichtigen; nichts wurde gesendet.",
                        "Correct the setting it names, or the target; nothing was sent."));
    }

    /** A plugin is not checked by our compiler: what may not be null may be null. */
    private static Check clean(ConnectionConfig config, Check check) {
        return new Check(
                SettingsReason.clean(config, String.valueOf(check.name())),
                Objects.requireNonNullElse(check.outcome(), Outcome.FAILED),
                clean(config, check.found()),
                clean(config, check.remedy()));
    }

    private static Text clean(ConnectionConfig config, Text text) {
        var given = Objects.requireNonNullElse(text, NOTHING);
        return new Text(
                SettingsReason.clean(config, String.valueOf(given.german())),
                SettingsReason.clean(config, String.valueOf(given.english())));
    }

    /** A folder for one try. */
    private static final class Scratch implements AutoCloseable {

        private final Path folder;

        private Scratch(Path data) throws IOException {
            folder = Files.createTempDirectory(Files.createDirectories(data.resolve("testing")), "connection");
        }

        @Override
        public void close() {
            try (var all = Files.walk(folder)) {
                for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                LOG.warn(
                        "a folder below testing could not be deleted: {}",
                        e.getClass().getName());
            }
        }
    }
}
