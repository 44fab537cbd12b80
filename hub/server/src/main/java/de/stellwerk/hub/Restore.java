package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts a backup into an empty data folder. Every file is compared with its sum before the first one is written, and the file without
 * which PostgreSQL does not start is written last: half a restore is never taken for a hub.
 */
final class Restore {

    /** There from the first file to the last pause: as long as it is there no hub starts, for it would send again what was sent. */
    private static final String MARK = "restore-unfinished";

    private static final Path LAST = Path.of("postgres", "cluster", "PG_VERSION");

    private final BackupFolder backup;
    private final Path home;
    private final Path data;

    /**
     * @param config of the restored hub
     * @param facts what the backup says about itself
     * @param kept folders of the home that were there already, and were left as they are
     */
    record Done(HubConfig config, Map<String, String> facts, int files, List<String> kept) {

        boolean withDatabase() {
            return "private".equals(facts.get("database"));
        }
    }

    Restore(Path backup, Path home, Path data) {
        this.backup = new BackupFolder(backup);
        this.home = home;
        this.data = data;
    }

    /** A restore into the folder began and did not come to its end. */
    static boolean isUnfinished(Path data) {
        return Files.exists(data.resolve(MARK));
    }

    /** Restores everything, and leaves the mark: what may have been sent is to be paused before {@link #finish}. */
    Done run() throws IOException, ConfigProblems {
        var facts = backup.facts();
        if (!BackupFolder.isEmpty(data)) {
            throw new BackupFolder.Unfit(
                    "restore.target: Der Ordner " + data
                            + " ist nicht leer. Es wurde nichts verändert. Wiederhergestellt wird nur in einen leeren Ordner;"
                            + " benennen Sie den alten um und behalten Sie ihn, bis alles geprüft ist.",
                    "The folder " + data
                            + " is not empty. Nothing was changed. A backup is only put into an empty folder;"
                            + " rename the old one and keep it until everything is checked.");
        }
        var files = backup.check();
        begin();
        List<String> kept;
        HubConfig config;
        try {
            kept = restoreHome();
            config = config(facts);
        } catch (ConfigProblems | BackupFolder.Unfit e) {
            // Nothing is in the folder yet.
            finish();
            throw e;
        }
        var content = backup.data().resolve("content");
        BackupFolder.copy(backup.data(), data, path -> !isOfItsOwn(backup.data().relativize(path)));
        for (var each : List.of("keys", "checkpoints")) {
            copyMissing(backup.data().resolve(each), config.seals().resolve(each));
        }
        copyMissing(content, config.content());
        // They may lie elsewhere.
        for (var each : List.of(data, config.seals(), config.content())) {
            if (Files.exists(each)) {
                BackupFolder.sync(each);
            }
        }
        if (Files.exists(backup.data().resolve(LAST))) {
            restoreEmptyFolders();
            BackupFolder.copyFile(backup.data().resolve(LAST), data.resolve(LAST));
            BackupFolder.sync(data);
        }
        return new Done(config, facts, files, kept);
    }

    private void begin() throws IOException {
        BackupFolder.folders(data);
        Files.createFile(data.resolve(MARK));
        BackupFolder.sync(data);
    }

    /** The hub may be started. */
    void finish() throws IOException {
        Files.delete(data.resolve(MARK));
        BackupFolder.sync(data);
    }

    private HubConfig config(Map<String, String> facts) throws ConfigProblems {
        var config = ConfigReader.read(home, data, System.getenv());
        if (config.database().url().isEmpty() && !"private".equals(facts.get("database"))) {
            throw new BackupFolder.Unfit(
                    "restore.database: Die Sicherung enthält keine Datenbank, denn ihr Hub hatte eine externe. In config/hub.yaml"
                            + " fehlt database.url. Der Datenordner ist noch leer. Tragen Sie die wiederhergestellte Datenbank ein.",
                    "The backup holds no database, for its hub had an external one. There is no database.url in config/hub.yaml."
                            + " The data folder is still empty. Enter the restored database there.");
        }
        return config;
    }

    private static boolean isOfItsOwn(Path inData) {
        return inData.startsWith("content")
                || inData.startsWith("keys")
                || inData.startsWith("checkpoints")
                || inData.equals(LAST);
    }

    /** What lies in a shared folder may be there already. */
    private static void copyMissing(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            BackupFolder.walk(from, path -> true, file -> {
                var place = to.resolve(from.relativize(file));
                if (!Files.exists(place)) {
                    BackupFolder.copyFile(file, place);
                }
            });
        }
    }

    /** PostgreSQL wants its folders, also those in which nothing is. */
    private void restoreEmptyFolders() throws IOException {
        var cluster = backup.data().resolve("postgres/cluster");
        try (var folders = Files.walk(cluster)) {
            for (var folder : folders.filter(Files::isDirectory).toList()) {
                BackupFolder.folders(data.resolve(backup.data().relativize(folder)));
            }
        }
    }

    private List<String> restoreHome() throws IOException {
        var kept = new ArrayList<String>();
        if (!Files.isDirectory(backup.home())) {
            return kept;
        }
        try (var folders = Files.newDirectoryStream(backup.home())) {
            for (var folder : folders) {
                var name = String.valueOf(folder.getFileName());
                if (BackupFolder.isEmpty(home.resolve(name))) {
                    BackupFolder.copy(folder, home.resolve(name), path -> true);
                } else {
                    kept.add(name);
                }
            }
        }
        return kept;
    }
}
