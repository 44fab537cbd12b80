package de.stellwerk.hub;

import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.directory.Directory;
import de.stellwerk.hub.directory.Xzufi;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.ledger.ServiceDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** {@code directory import FILE [--source NAME]} and {@code directory show LEIKA AGS [--at DATE] [--version N]}. */
final class DirectoryCommand {

    private final PrintStream out;
    private final Clock clock;

    DirectoryCommand(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    interface OnDatabase {
        int run(java.util.function.ToIntFunction<DataSource> work);
    }

    /** Reads the whole file before the database is asked for anything. */
    int bring(Command.Line line, OnDatabase database) throws IOException {
        var source = line.last("--source").orElse("amt24");
        if (!source.matches("[a-z][a-z0-9-]{0,62}")) {
            return say(
                    "--source ist ein Name aus a-z, 0-9 und -. Nichts wurde geändert.",
                    "--source is a name of a-z, 0-9 and -. Nothing was changed.");
        }
        Xzufi.Extract extract;
        try {
            extract = Xzufi.read(line.folder());
        } catch (BadInput e) {
            var place = e.line() == 0 ? "" : ":" + e.line() + ":" + e.column();
            out.println("Abgelehnt, nichts wurde geändert. / Refused, nothing was changed.");
            out.println(line.word() + place + ": " + e.code() + ": " + e.text());
            return Command.BAD;
        }
        return database.run(pool -> {
            var done = new ServiceDirectory(pool, clock)
                    .replace(source, extract.standard(), extract.digest(), extract.entries(), "command");
            say(
                    "Verzeichnis Version %d (%s, XZuFi %s): %d Einträge; %d neu, %d beendet, %d geändert, %d ausgelassen (Leistung nicht im Export, oder Gebiet ohne AGS/ARS)."
                            .formatted(
                                    done.version(),
                                    source,
                                    extract.standard(),
                                    done.entries(),
                                    done.added(),
                                    done.ended(),
                                    done.changed(),
                                    extract.leftOut()),
                    "Directory version %d (%s, XZuFi %s): %d entries; %d added, %d ended, %d changed, %d left out (service not in the export, or area without AGS/ARS)."
                            .formatted(
                                    done.version(),
                                    source,
                                    extract.standard(),
                                    done.entries(),
                                    done.added(),
                                    done.ended(),
                                    done.changed(),
                                    extract.leftOut()));
            return Command.GOOD;
        });
    }

    int show(Command.Line line, HubConfig config, OnDatabase database) {
        var service = line.words().get(2);
        var municipality = line.words().get(3);
        Optional<LocalDate> at;
        Optional<Long> version;
        try {
            at = line.last("--at").map(LocalDate::parse);
            version = line.last("--version").map(Long::valueOf);
        } catch (DateTimeException | NumberFormatException e) {
            return say("--at ist JJJJ-MM-TT, --version eine Zahl.", "--at is YYYY-MM-DD, --version a number.");
        }
        if (!Directory.isService(service) || !Directory.isMunicipality(municipality)) {
            return say(
                    "Ein LeiKa-Schlüssel hat 14 Ziffern und beginnt mit 99; eine Kommune hat einen AGS (8) oder ARS (12 Ziffern).",
                    "A LeiKa key has 14 digits and begins with 99; a municipality has an AGS (8) or an ARS (12 digits).");
        }
        return database.run(pool -> {
            var directory = new Directory(new ServiceDirectory(pool, clock), config.municipalities(), clock);
            var found = directory.nearest(service, municipality, at.orElseGet(directory::today), version);
            for (var each : found) {
                out.println(String.join(
                        "\t",
                        List.of(
                                each.kind().name(),
                                each.area(),
                                each.role(),
                                each.owner(),
                                each.name(),
                                each.link(),
                                each.first().map(LocalDate::toString).orElse(""),
                                each.last().map(LocalDate::toString).orElse(""))));
            }
            if (found.isEmpty()) {
                say("Kein Eintrag gilt dort an diesem Tag.", "No entry is valid there on that day.");
                return Command.BAD;
            }
            return Command.GOOD;
        });
    }

    private int say(String german, String english) {
        out.println(german);
        out.println(english);
        return Command.UNKNOWN;
    }
}
