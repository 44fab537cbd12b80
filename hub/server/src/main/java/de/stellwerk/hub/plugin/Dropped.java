package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One file of the inbox and what the hub thinks of it. Guarded by the lock of {@link Plugins}. */
final class Dropped {

    /**
     * What must not change between two looks.
     *
     * @param signature when the file beside the jar was written; long ago if there is none
     */
    record Stamp(long size, FileTime changed, boolean regular, FileTime signature) {

        static Stamp of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Stamp(
                    attributes.size(),
                    attributes.lastModifiedTime(),
                    attributes.isRegularFile(),
                    signature(Copies.beside(file)));
        }

        private static FileTime signature(Path file) throws IOException {
            try {
                return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return NEVER;
            }
        }
    }

    private static final FileTime NEVER = FileTime.fromMillis(0);
    private static final Stamp NEVER_SEEN = new Stamp(-1, NEVER, false, NEVER);

    final String file;
    Stamp stamp = NEVER_SEEN;
    /** Counts the changes seen: what was found out about earlier bytes is worth nothing any more. */
    int round;

    boolean examined;
    /** Looks to wait before it is examined again; 0 means not by itself. */
    int pause;

    String sha256 = "";
    String id = "";
    String version = "";
    PluginStatus.State state = PluginStatus.State.COPYING;
    Reason reason = Reason.NONE;
    Checks checks = new Checks();

    Dropped(String file) {
        this.file = file;
    }

    void look(Stamp now) {
        if (!now.equals(stamp)) {
            stamp = now;
            round++;
            examined = false;
            pause = 0;
            stand(PluginStatus.State.COPYING, Reason.NONE);
        } else if (pause > 0 && --pause == 0) {
            examined = false;
        }
    }

    /** Its bytes are loaded. */
    void is(LoadedPlugin plugin) {
        sha256 = plugin.jar().sha256();
        id = plugin.jar().id();
        version = plugin.jar().version();
        checks = plugin.checks();
        stand(PluginStatus.State.ACTIVE, Reason.NONE);
    }

    void stand(PluginStatus.State now, Reason why) {
        state = now;
        reason = why;
    }

    PluginStatus status() {
        return new PluginStatus(
                id,
                version,
                shown(file),
                sha256,
                state,
                reason.code(),
                reason.english(),
                reason.german(),
                List.of(),
                checks.all());
    }

    /** A name that cannot break a line of a log or a page. */
    static String shown(String file) {
        var clean = file.replaceAll("[^\\p{Alnum}\\p{IsAlphabetic} ._+-]", "?");
        return clean.length() <= 120 ? clean : clean.substring(0, 119) + "…";
    }

    /** Every {@code .jar} of a folder by name; one that vanishes meanwhile is passed over. */
    static Map<String, Stamp> list(Path folder) throws IOException {
        var found = new TreeMap<String, Stamp>();
        try (var all = Files.newDirectoryStream(folder, "*.jar")) {
            for (var file : all) {
                put(found, file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static void put(Map<String, Stamp> found, Path file) throws IOException {
        try {
            found.put(String.valueOf(file.getFileName()), Stamp.of(file));
        } catch (NoSuchFileException e) {
            found.remove(String.valueOf(file.getFileName())); // it has just been removed or renamed
        }
    }
}
