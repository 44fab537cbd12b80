package de.stellwerk.hub.bench.nodes;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code bin/bench --nodes}: what one to eight nodes on one database carry, by a model of measured figures. Prints the table that stands
 * in docs/skalierung.md.
 */
public final class NodesBench {

    private static final int MOST_NODES = 8;

    private static final String HELP = """
            bench --nodes --hub-ms X --database-ms X --load-ms X --commits N --joined N --cores N --database-cores N [--seed N]
              rechnet aus gemessenen Werten, was ein bis acht Knoten an einer Datenbank schaffen
              computes from measured figures what one to eight nodes on one database carry
              --hub-ms, --database-ms, --load-ms   CPU je Nachricht, aus bin/bench / CPU a message, from bin/bench
              --commits         Commits je Sekunde mit 32 Sitzungen, aus bin/bench / with 32 sessions, from bin/bench
              --joined          Zeilen je Sekunde, wenn ein Commit 50 enthält / rows a second with 50 in a commit
              --cores           Kerne je Knoten / of each node
              --database-cores  Kerne der Datenbank auf eigener Maschine / of the database's own machine
            """;

    private static final List<String> NAMES = List.of(
            "--hub-ms", "--database-ms", "--load-ms", "--commits", "--joined", "--cores", "--database-cores", "--seed");

    private NodesBench() {}

    public static void main(String[] words) {
        if (List.of(words).contains("--help")) {
            System.out.println(HELP);
            return;
        }
        try {
            System.out.print(table(words));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + HELP);
            System.exit(2);
        }
    }

    /** @throws IllegalArgumentException with a text for the user */
    static String table(String... words) {
        var values = values(words);
        var seed = (long) number(values, "--seed");
        var one = new Given(
                number(values, "--hub-ms"),
                number(values, "--database-ms"),
                number(values, "--load-ms"),
                number(values, "--commits"),
                number(values, "--joined"),
                (int) number(values, "--cores"),
                0);
        var apart = one.apart((int) number(values, "--database-cores"));
        var text = new StringBuilder("""
                | Knoten | zugestellt/s | im Verhältnis | CPU Knoten | CPU Datenbank | Commits | Zeilen je Commit | am nächsten an der Grenze |
                |---|---|---|---|---|---|---|---|
                """);
        var alone = ClusterModel.run(one, 1, seed);
        text.append(line("1, alles auf einer Maschine", alone, alone.perSecond()));
        var first = ClusterModel.run(apart, 1, seed);
        for (var nodes = 1; nodes <= MOST_NODES; nodes++) {
            text.append(line(
                    String.valueOf(nodes),
                    nodes == 1 ? first : ClusterModel.run(apart, nodes, seed),
                    first.perSecond()));
        }
        return text.toString();
    }

    private static String line(String name, ClusterModel.Outcome outcome, double one) {
        return String.format(
                Locale.GERMANY,
                "| %s | %,.0f | %.1f | %.0f %% | %.0f %% | %.0f %% | %.0f | %s |%n",
                name,
                outcome.perSecond(),
                outcome.perSecond() / one,
                100 * outcome.hub(),
                100 * outcome.database(),
                100 * outcome.disk(),
                outcome.joined(),
                outcome.bottleneck());
    }

    private static Map<String, String> values(String... words) {
        var found = new HashMap<>(Map.of("--seed", "1"));
        for (var i = 0; i < words.length; i += 2) {
            if (!NAMES.contains(words[i]) || i + 1 == words.length) {
                throw new IllegalArgumentException(
                        "'" + words[i] + "' gibt es hier nicht, oder sein Wert fehlt / is not"
                                + " known here, or its value is missing");
            }
            found.put(words[i], words[i + 1]);
        }
        return found;
    }

    private static double number(Map<String, String> values, String name) {
        var text = values.getOrDefault(name, "");
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " fehlt oder ist keine Zahl / is missing or no number", e);
        }
    }
}
