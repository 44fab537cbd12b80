package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.ledger.Finding;
import de.stellwerk.hub.ledger.LedgerFailure;
import de.stellwerk.hub.ledger.Verification;
import de.stellwerk.hub.postgres.PostgresFailure;
import de.stellwerk.hub.postgres.PostgresVisit;
import de.stellwerk.hub.signature.Seal;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * What can be asked beside the hub, whether it runs or not: {@code Command ledger verify [--home DIR] [--checkpoints DIR]}. Ends with
 * status 0 if all is in order, 1 if it is not, 2 if that could not be found out.
 */
public final class Command {

    private static final int GOOD = 0;
    private static final int BAD = 1;
    private static final int UNKNOWN = 2;

    private final PrintStream out;

    private Command(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        // What happens is said here, in words for a person; the log is for what nobody expected.
        LoggingSystem.get(Command.class.getClassLoader()).setLogLevel("ROOT", LogLevel.ERROR);
        System.exit(run(List.of(arguments), new PrintStream(System.out, true, StandardCharsets.UTF_8)));
    }

    static int run(List<String> arguments, PrintStream out) {
        return new Command(out).run(arguments);
    }

    /** The words, and what stands behind each option: {@code --name=value} or {@code --name value}. */
    private record Line(String words, Map<String, List<String>> options) {

        static Line of(List<String> arguments) {
            var words = new ArrayList<String>();
            var options = new HashMap<String, List<String>>();
            for (var each = arguments.iterator(); each.hasNext(); ) {
                var word = each.next();
                if (!word.startsWith("--")) {
                    words.add(word);
                    continue;
                }
                int equals = word.indexOf('=');
                var name = equals < 0 ? word : word.substring(0, equals);
                var value = equals >= 0 ? word.substring(equals + 1) : each.hasNext() ? each.next() : "";
                options.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
            }
            return new Line(String.join(" ", words), options);
        }

        boolean is(String command, String... known) {
            return words.equals(command)
                    && Set.of(known).containsAll(options.keySet())
                    && options.values().stream().flatMap(List::stream).noneMatch(String::isEmpty);
        }

        List<Path> all(String option) {
            return options.getOrDefault(option, List.of()).stream()
                    .map(each -> Path.of(each).toAbsolutePath().normalize())
                    .toList();
        }

        Path home() {
            var homes = all("--home");
            return homes.isEmpty() ? Path.of("").toAbsolutePath() : homes.get(homes.size() - 1);
        }
    }

    private int run(List<String> arguments) {
        var line = Line.of(arguments);
        try {
            if (line.is("ledger verify", "--home", "--checkpoints")) {
                return verify(line.home(), line.all("--checkpoints"));
            }
            return say(
                    UNKNOWN,
                    "Bekannt ist: ledger verify [--home DIR] [--checkpoints DIR]",
                    "Known is: ledger verify [--home DIR] [--checkpoints DIR]");
        } catch (ConfigProblems problems) {
            return say(UNKNOWN, problems.text(Locale.GERMAN), problems.text(Locale.ENGLISH));
        } catch (PostgresFailure | LedgerFailure | UncheckedIOException e) {
            return say(UNKNOWN, "Nicht möglich: " + e.getMessage(), "Not possible: " + e.getMessage());
        }
    }

    private int verify(Path home, List<Path> copies) throws ConfigProblems {
        var config = ConfigReader.read(home, System.getenv());
        var keys = config.seal().resolve("keys");
        if (!Files.exists(keys.resolve("seal.p12"))) {
            return say(
                    UNKNOWN,
                    "Nicht geprüft: in " + keys + " liegt kein Schlüssel des Hubs. Stimmt der Ordner hinter --home?",
                    "Not checked: there is no key of the hub in " + keys + ". Is the folder after --home right?");
        }
        var certificate = new Seal(keys, Clock.systemUTC()).certificatePem();
        var folders = new ArrayList<Path>(copies);
        if (folders.isEmpty()) {
            folders.add(config.seal().resolve("checkpoints"));
        }
        var given = config.database();
        if (given.url().isPresent()) {
            return report(source(given.url().get(), given.user(), given.password()), folders, certificate);
        }
        try (var visit = PostgresVisit.of(home.resolve("data/postgres"))) {
            return report(source(visit.jdbcUrl(), visit.user(), visit.password()), folders, certificate);
        }
    }

    private static DataSource source(String url, String user, String password) {
        var source = new PGSimpleDataSource();
        source.setURL(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    private int report(DataSource source, List<Path> checkpoints, String certificate) {
        var report = new Verification(source, checkpoints, line -> Seal.opened(line, certificate)).run();
        say(
                GOOD,
                "Nachrichtenbuch: %d Einträge in %d Kommunen, %d Siegel, %d Runden, %d Kontrollpunkte; %d Einträge sind noch nicht versiegelt."
                        .formatted(
                                report.entries(),
                                report.municipalities(),
                                report.seals(),
                                report.rounds(),
                                report.checkpoints(),
                                report.unsealed()),
                "Ledger: %d entries in %d municipalities, %d seals, %d rounds, %d checkpoints; %d entries are not sealed yet."
                        .formatted(
                                report.entries(),
                                report.municipalities(),
                                report.seals(),
                                report.rounds(),
                                report.checkpoints(),
                                report.unsealed()));
        if (report.inOrder()) {
            return say(GOOD, "in Ordnung", "in order");
        }
        var first = report.first().get(0);
        say(BAD, "FALSCH ist zuerst: " + first.german(), "WRONG is first: " + first.english());
        say(
                BAD,
                "%d Befunde, die ersten davon:".formatted(report.findings()),
                "%d findings, the first of them:".formatted(report.findings()));
        for (Finding each : report.first()) {
            say(BAD, "  " + each.german(), "  " + each.english());
        }
        return BAD;
    }

    private int say(int status, String german, String english) {
        out.println(german);
        out.println(english);
        return status;
    }
}
