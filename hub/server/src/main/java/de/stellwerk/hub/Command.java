package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.evidence.EvidenceCheck;
import de.stellwerk.hub.evidence.EvidencePacks;
import de.stellwerk.hub.ledger.CaseExtracts;
import de.stellwerk.hub.ledger.Finding;
import de.stellwerk.hub.ledger.LedgerFailure;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.ledger.Verification;
import de.stellwerk.hub.postgres.PostgresFailure;
import de.stellwerk.hub.postgres.PostgresVisit;
import de.stellwerk.hub.signature.JarTrust;
import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.signature.TimeStamps;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * What works beside the hub, whether it runs or not: {@code Command ledger verify}, {@code Command backup DIR} and
 * {@code Command restore DIR}, each with {@code [--home DIR] [--data DIR]}, {@link DirectoryCommand}, {@link PluginCommand} and {@link ConnectionCommand}. Ends with status 0 if all is in order, 1 if it is not, 2 if
 * nothing was done or that could not be found out.
 */
public final class Command {

    static final int GOOD = 0;
    static final int BAD = 1;
    static final int UNKNOWN = 2;

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
    record Line(List<String> words, Map<String, List<String>> options) {

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
            return new Line(List.copyOf(words), options);
        }

        /** Whether it has these words, of which {@code DIR} stands for any, and no other options than the known ones. */
        boolean is(String command, String... known) {
            var expected = List.of(command.split(" "));
            return words.size() == expected.size()
                    && IntStream.range(0, words.size())
                            .allMatch(i -> expected.get(i).equals("DIR")
                                    || expected.get(i).equals(words.get(i)))
                    && Set.of(known).containsAll(options.keySet())
                    && options.values().stream().flatMap(List::stream).noneMatch(String::isEmpty);
        }

        /** What stands for the {@code DIR}. */
        Path folder() {
            return Path.of(word()).toAbsolutePath().normalize();
        }

        /** The same as it was written. */
        String word() {
            return words.get(words.size() - 1);
        }

        List<Path> all(String option) {
            return options.getOrDefault(option, List.of()).stream()
                    .map(each -> Path.of(each).toAbsolutePath().normalize())
                    .toList();
        }

        /** Empty if it was not given. */
        String text(String option) {
            return last(option).orElse("");
        }

        Optional<String> last(String option) {
            var given = options.getOrDefault(option, List.of());
            return given.isEmpty() ? Optional.empty() : Optional.of(given.get(given.size() - 1));
        }

        Path last(String option, Path otherwise) {
            var given = all(option);
            return given.isEmpty() ? otherwise : given.get(given.size() - 1);
        }

        Path home() {
            return last("--home", Path.of("").toAbsolutePath());
        }

        Path data() {
            return last("--data", home().resolve("data"));
        }
    }

    private int run(List<String> arguments) {
        var line = Line.of(arguments);
        try {
            if (line.is("ledger verify", "--home", "--data", "--checkpoints")) {
                return verify(line.home(), line.data(), line.all("--checkpoints"));
            }
            if (line.is("backup DIR", "--home", "--data")) {
                return backup(line.home(), line.data(), line.folder());
            }
            if (line.is("restore DIR", "--home", "--data")) {
                return restore(line.home(), line.data(), line.folder());
            }
            if (line.is("evidence DIR", "--home", "--data", "--municipality", "--out", "--reason")) {
                return evidence(line);
            }
            if (line.is("verify-evidence DIR", "--home", "--seal", "--tsa")) {
                return verifyEvidence(line);
            }
            if (line.is("directory import DIR", "--home", "--data", "--source")) {
                var config = ConfigReader.read(line.home(), line.data(), System.getenv());
                return new DirectoryCommand(out, Clock.systemUTC()).bring(line, work -> with(config, work::applyAsInt));
            }
            if (line.is("directory show DIR DIR", "--home", "--data", "--at", "--version")) {
                var config = ConfigReader.read(line.home(), line.data(), System.getenv());
                return new DirectoryCommand(out, Clock.systemUTC())
                        .show(line, config, work -> with(config, work::applyAsInt));
            }
            var plugin = new PluginCommand(out, Clock.systemUTC()).run(line);
            if (plugin.isPresent()) {
                return plugin.get();
            }
            var connection = new ConnectionCommand(out, Clock.systemUTC()).run(line);
            if (connection.isPresent()) {
                return connection.get();
            }
            return say(
                    UNKNOWN,
                    "Bekannt sind: ledger verify [--checkpoints DIR], backup DIR, restore DIR, evidence VORGANG, directory import FILE, directory show LEIKA AGS, jeweils mit [--home DIR] [--data DIR];"
                            + " verify-evidence DATEI --seal ZERTIFIKAT [--tsa ZERTIFIKAT];"
                            + " plugin add FILE, list, check FILE, remove ID, keygen DIR, sign JAR --key FILE, directory DIR;"
                            + " connection validate DATEI, test AGS NAME [--draft DATEI], choices AGS NAME EINSTELLUNG [--draft DATEI], jeweils mit [--hub ADRESSE] [--key DATEI]",
                    "Known are: ledger verify [--checkpoints DIR], backup DIR, restore DIR, evidence CASE, directory import FILE, directory show LEIKA AGS, each with [--home DIR] [--data DIR];"
                            + " verify-evidence FILE --seal CERTIFICATE [--tsa CERTIFICATE];"
                            + " plugin add FILE, list, check FILE, remove ID, keygen DIR, sign JAR --key FILE, directory DIR;"
                            + " connection validate FILE, test AGS NAME [--draft FILE], choices AGS NAME SETTING [--draft FILE], each with [--hub ADDRESS] [--key FILE]");
        } catch (ConfigProblems problems) {
            return say(UNKNOWN, problems.text(Locale.GERMAN), problems.text(Locale.ENGLISH));
        } catch (BackupFolder.Unfit e) {
            return say(UNKNOWN, e.german(), e.english());
        } catch (PostgresFailure | LedgerFailure | UncheckedIOException | JarTrust.NotAKey e) {
            return say(UNKNOWN, "Nicht möglich: " + e.getMessage(), "Not possible: " + e.getMessage());
        } catch (IOException e) {
            return say(
                    UNKNOWN,
                    "Nicht möglich: " + e + ". Der Hub und seine Daten sind unverändert; prüfen Sie Platz und Rechte.",
                    "Not possible: " + e + ". The hub and its data are unchanged; check space and rights.");
        }
    }

    private int verify(Path home, Path data, List<Path> copies) throws ConfigProblems {
        var config = ConfigReader.read(home, data, System.getenv());
        var keys = config.seals().resolve("keys");
        if (!Files.exists(keys.resolve("seal.p12"))) {
            return say(
                    UNKNOWN,
                    "Nicht geprüft: in " + keys + " liegt kein Schlüssel des Hubs. Stimmen --home und --data?",
                    "Not checked: there is no key of the hub in " + keys + ". Are --home and --data right?");
        }
        return with(config, source -> report(source, config, copies));
    }

    /** What is given out is written down, as with every reading of content; who has rights on the hub's files is its operator. */
    private int evidence(Line line) throws ConfigProblems, IOException {
        var config = ConfigReader.read(line.home(), line.data(), System.getenv());
        var municipality = line.text("--municipality");
        var reason = line.text("--reason");
        if (municipality.isEmpty() || reason.isEmpty()) {
            return say(
                    UNKNOWN,
                    "Nicht erstellt: es fehlen --municipality AGS und --reason GRUND.",
                    "Not made: --municipality AGS and --reason REASON are missing.");
        }
        var out = line.last("--out", Path.of("evidence.asice").toAbsolutePath());
        var contents = new ContentStore(config.content(), config.limits().inline(), Clock.systemUTC());
        var seal = new Seal(
                config.seals().resolve("keys"),
                config.timeStamps().map(given -> new TimeStamps(given, Clock.systemUTC())),
                Clock.systemUTC());
        return with(config, source -> {
            var search = new Search(source);
            var packs = new EvidencePacks(
                    search,
                    contents,
                    new CaseExtracts(source, config.seals().resolve("checkpoints")),
                    seal,
                    Clock.systemUTC());
            try {
                var pack = packs.of(municipality, line.word());
                new Operator(source, Clock.systemUTC()).gaveEvidence(municipality, line.word(), "command line", reason);
                var certificate = Path.of(out + ".seal.pem");
                Files.write(out, pack.bytes());
                Files.writeString(certificate, seal.certificatePem());
                if (!pack.stampMissing().isEmpty()) {
                    say(
                            GOOD,
                            "Ohne Zeitstempel (%s): das Paket gilt; später noch einmal erstellt, hat es einen."
                                    .formatted(pack.stampMissing()),
                            "Without a time stamp (%s): the pack is good; made again later, it has one."
                                    .formatted(pack.stampMissing()));
                }
                return say(
                        GOOD,
                        "Beweispaket: %s. Zum Prüfen gehört das Zertifikat %s; geben Sie es auf einem anderen Weg weiter."
                                .formatted(out, certificate),
                        "Evidence pack: %s. It is checked with the certificate %s; hand that on by another way."
                                .formatted(out, certificate));
            } catch (EvidencePacks.NotNow e) {
                return say(UNKNOWN, "Nicht erstellt: " + e.text(), "Not made (" + e.code() + "): " + e.text());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private int verifyEvidence(Line line) throws IOException {
        var certificate = line.all("--seal");
        if (certificate.isEmpty()) {
            return say(
                    UNKNOWN,
                    "Nicht geprüft: --seal ZERTIFIKAT fehlt, das Zertifikat des Hubs aus vertrauenswürdiger Hand.",
                    "Not checked: --seal CERTIFICATE is missing, the hub's certificate from somebody you trust.");
        }
        var pack = Files.readAllBytes(line.folder());
        var result = EvidenceCheck.check(pack, Files.readString(certificate.get(0)), Clock.systemUTC());
        if (!result.problems().isEmpty()) {
            say(BAD, "FALSCH:", "WRONG:");
            result.problems().forEach(each -> out.println("  " + each));
            return BAD;
        }
        for (var authority : line.all("--tsa")) {
            var time = Seal.stamped(pack, Files.readString(authority));
            if (time.isEmpty()) {
                return say(
                        BAD,
                        "FALSCH: das Siegel hat keinen Zeitstempel dieser Stelle.",
                        "WRONG: the seal has no time stamp of this authority.");
            }
            say(GOOD, "Zeitstempel: " + time.get(), "Time stamp: " + time.get());
        }
        return say(
                GOOD,
                "in Ordnung: Vorgang %s, %d Nachrichten, %d Dateien, %d bewiesene Einträge; %d spätere Einträge sind nicht enthalten."
                        .formatted(
                                result.caseId(), result.messages(), result.files(), result.entries(), result.later()),
                "in order: case %s, %d messages, %d files, %d proved entries; %d later entries are not in it."
                        .formatted(
                                result.caseId(), result.messages(), result.files(), result.entries(), result.later()));
    }

    private interface Work {
        int on(DataSource source);
    }

    private static int with(HubConfig config, Work work) {
        var external = external(config);
        if (external.isPresent()) {
            return work.on(external.get());
        }
        try (var visit = PostgresVisit.of(config.data().resolve("postgres"))) {
            return work.on(source(visit.jdbcUrl(), visit.user(), visit.password()));
        }
    }

    private static Optional<DataSource> external(HubConfig config) {
        var given = config.database();
        return given.url().map(url -> source(url, given.user(), given.password()));
    }

    private int backup(Path home, Path data, Path target) throws ConfigProblems, IOException {
        var config = ConfigReader.read(home, data, System.getenv());
        var external = external(config);
        if (external.isPresent()) {
            say(
                    GOOD,
                    "Die Datenbank dieses Hubs ist eine externe. Sie ist in dieser Sicherung NICHT enthalten: sichern Sie sie mit ihren"
                            + " eigenen Mitteln, und zwar VOR diesem Kommando. Nur dann enthält die Sicherung jeden Inhalt, den die"
                            + " Datenbank nennt.",
                    "The database of this hub is an external one. It is NOT in this backup: back it up with its own tools, and"
                            + " BEFORE this command. Only then the backup holds every content that the database names.");
        }
        var made = new Backup(config, target, Clock.systemUTC()).make(external);
        return say(
                GOOD,
                "Gesichert in %s: %d Dateien, davon %d Inhalte, %s. Die Schlüssel liegen dabei; bewahren Sie den Ordner so sicher auf wie den Hub."
                        .formatted(
                                target,
                                made.files(),
                                made.content(),
                                made.withDatabase() ? "mit der Datenbank" : "ohne die Datenbank"),
                "Saved to %s: %d files, %d of them content, %s. The keys are among them; keep the folder as safe as the hub."
                        .formatted(
                                target,
                                made.files(),
                                made.content(),
                                made.withDatabase() ? "with the database" : "without the database"));
    }

    private int restore(Path home, Path data, Path from) throws ConfigProblems, IOException {
        var restore = new Restore(from, home, data);
        var done = restore.run();
        say(
                GOOD,
                "Wiederhergestellt in %s: %d Dateien, Stand %s."
                        .formatted(data, done.files(), done.facts().get("ended")),
                "Restored to %s: %d files, as of %s."
                        .formatted(data, done.files(), done.facts().get("ended")));
        if (!done.kept().isEmpty()) {
            say(
                    GOOD,
                    "Unverändert blieben in %s: %s. Der gesicherte Stand liegt in %s/home."
                            .formatted(home, String.join(", ", done.kept()), from),
                    "Left as they are in %s: %s. What was saved lies in %s/home."
                            .formatted(home, String.join(", ", done.kept()), from));
        }
        if (!done.withDatabase()) {
            say(
                    GOOD,
                    "Die Datenbank ist eine externe: sie muss aus ihrer eigenen Sicherung wiederhergestellt sein.",
                    "The database is an external one: it must have been restored from its own backup.");
        }
        return with(done.config(), source -> {
            pause(source, done);
            try {
                restore.finish();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return report(source, done.config(), List.of());
        });
    }

    /** What was delivered after the backup is open again in it: nobody but a person knows whether it may go out once more. */
    private void pause(DataSource source, Restore.Done done) {
        var all = done.config().municipalities().values().stream()
                .flatMap(municipality -> municipality.connections().keySet().stream()
                        .map(name -> new Nodes.Source(municipality.ags(), name)))
                .toList();
        var paused = new Operator(source, Clock.systemUTC())
                .pauseOpen(
                        all,
                        "restore",
                        "wiederhergestellt, Stand " + done.facts().get("ended")
                                + ": seither Zugestelltes ginge noch einmal hinaus");
        if (paused.isEmpty()) {
            return;
        }
        say(
                GOOD,
                "Angehalten sind %d Verbindungen, an die noch etwas offen ist: was nach der Sicherung zugestellt wurde, ginge sonst noch einmal hinaus. Prüfen Sie beim Ziel, dann geben Sie jede frei (resume):"
                        .formatted(paused.size()),
                "%d connections to which something is open are paused: what was delivered after the backup would go out again. Check at the target, then resume each:"
                        .formatted(paused.size()));
        paused.forEach(each -> out.println("  " + each));
    }

    /** A folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    static DataSource source(String url, String user, String password) {
        var source = new PGSimpleDataSource();
        source.setURL(url);
        source.setUser(user);
        source.setPassword(password);
        source.setLogServerErrorDetail(false);
        return source;
    }

    private int report(DataSource source, HubConfig config, List<Path> copies) {
        var certificate = new Seal(config.seals().resolve("keys"), Clock.systemUTC()).certificatePem();
        var checkpoints = copies.isEmpty() ? List.of(config.seals().resolve("checkpoints")) : copies;
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
