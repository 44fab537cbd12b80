package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.ConnectorSettings;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why a connection cannot be opened with the settings it was given. */
final class SettingsReason {

    private static final String NOT_PERMITTED = "plugin.not-permitted";
    private static final int LONGEST_TEXT = 300;

    private SettingsReason() {}

    /**
     * Everything that is wrong at once, or nothing; whether the plugin asked for what the settings name is looked at when they are right.
     *
     * @param home what relative paths start at
     */
    static List<Problem> problems(Offer offer, ConnectionConfig config, Path home) {
        var problems = ConnectorSettings.problems(offer.descriptor(), config);
        return problems.isEmpty()
                ? offer.plugin().jar().permits().problems(offer.descriptor(), config, home)
                : problems;
    }

    /** The same in one text. */
    static Optional<Reason> of(Offer offer, ConnectionConfig config, Path home) {
        var problems = problems(offer, config, home);
        if (problems.isEmpty()) {
            return Optional.empty();
        }
        var descriptor = offer.descriptor();
        return Optional.of(new Reason(
                problems.get(0).code().equals(NOT_PERMITTED) ? NOT_PERMITTED : "plugin.settings",
                "The settings do not fit the connector '" + descriptor.name() + "': "
                        + problems.stream()
                                .map(problem -> problem.text(Locale.ENGLISH))
                                .collect(Collectors.joining(" "))
                        + " Correct them in the municipality's file and restart; deliveries wait.",
                "Die Einstellungen passen nicht zum Konnektor „" + descriptor.name() + "“: "
                        + problems.stream()
                                .map(problem -> problem.text(Locale.GERMAN))
                                .collect(Collectors.joining(" "))
                        + " In der Datei der Kommune berichtigen und neu starten; Zustellungen warten."));
    }

    /** A text of the plugin, on one line, short, and without the connection's secrets. */
    static String clean(ConnectionConfig config, String said) {
        var clean = said;
        for (var name : config.secrets()) {
            var secret = config.settings().getOrDefault(name, "");
            if (!secret.isEmpty()) {
                clean = clean.replace(secret, "***");
            }
        }
        clean = clean.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.equals("null") ? "" : clean.length() <= LONGEST_TEXT ? clean : clean.substring(0, LONGEST_TEXT);
    }
}
