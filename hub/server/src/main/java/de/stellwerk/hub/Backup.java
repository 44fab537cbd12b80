package de.stellwerk.hub;

import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.ledger.Standstill;
import de.stellwerk.hub.postgres.PostgresVisit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Copies everything a hub is made of while it runs, in an order in which each thing is at least as new as what names it: first what the
 * plugins have noted, then the database, then the content that its rows name. While the database is copied nothing is sealed, so that
 * chain and checkpoints in the backup end at the same place.
 */
final class Backup {

    private static final Set<String> OF_THE_HOME = Set.of("config", "routes", "plugins");

    /** What a start makes anew, what belongs to one process, and what is copied by itself. */
    private static final Set<String> NOT_OF_THE_DATA =
            Set.of("postgres", "broker", "uploads", "port", "node", "content", "keys", "checkpoints");

    private final HubConfig config;
    private final BackupFolder target;
    private final Clock clock;

    /**
     * @param files in the backup
     * @param content how many of them are content
     */
    record Made(int files, long content, boolean withDatabase) {}

    Backup(HubConfig config, Path target, Clock clock) {
        this.config = config;
        this.target = new BackupFolder(target);
        this.clock = clock;
    }

    /** @param external the database if it is not the hub's own one */
    Made make(java.util.Optional<DataSource> external) throws IOException {
        refuseOwnFolders();
        target.begin();
        var began = clock.instant();
        for (var each : OF_THE_HOME) {
            BackupFolder.copy(config.home().resolve(each), target.home().resolve(each), this::isNotElsewhere);
        }
        BackupFolder.copy(
                config.data(), target.data(), path -> !isOutside(config.data().relativize(path)));
        if (external.isPresent()) {
            try (var still = Standstill.of(external.get())) {
                copySeals();
            }
        } else {
            try (var visit = PostgresVisit.of(config.data().resolve("postgres"));
                    var still = Standstill.of(Command.source(visit.jdbcUrl(), visit.user(), visit.password()))) {
                visit.copyTo(target.data().resolve("postgres"));
                copySeals();
            }
        }
        var content = copyContent();
        var files = target.finish(Map.of(
                "began",
                began.toString(),
                "ended",
                clock.instant().toString(),
                "database",
                external.isPresent() ? "external" : "private"));
        return new Made(files, content, external.isEmpty());
    }

    private void refuseOwnFolders() {
        var there = target.folder();
        for (var mine :
                java.util.List.of(config.home().resolve("config"), config.data(), config.content(), config.seals())) {
            if (there.startsWith(mine)) {
                throw new BackupFolder.Unfit(
                        "backup.target: Der Ordner " + there + " liegt in " + mine
                                + ", das selbst gesichert wird. Es wurde nichts gesichert. Nennen Sie einen Ordner außerhalb.",
                        "The folder " + there + " lies in " + mine
                                + ", which is itself saved. Nothing was saved. Name a folder outside.");
            }
        }
    }

    /** A home may hold the data, the content and the backup itself. */
    private boolean isNotElsewhere(Path path) {
        return !path.startsWith(config.data())
                && !path.startsWith(config.content())
                && !path.startsWith(target.folder());
    }

    private static boolean isOutside(Path inData) {
        var top = inData.getName(0).toString();
        return NOT_OF_THE_DATA.contains(top) || top.startsWith("classes-");
    }

    private void copySeals() throws IOException {
        for (var each : Set.of("keys", "checkpoints")) {
            BackupFolder.copy(config.seals().resolve(each), target.data().resolve(each), path -> true);
        }
    }

    /** What is still coming in is named by nobody yet. */
    private long copyContent() throws IOException {
        var incoming = config.content().resolve("incoming");
        BackupFolder.copy(config.content(), target.data().resolve("content"), path -> !path.startsWith(incoming));
        var copied = target.data().resolve("content");
        if (!Files.isDirectory(copied)) {
            return 0;
        }
        try (var files = Files.walk(copied)) {
            return files.filter(Files::isRegularFile).count();
        }
    }
}
