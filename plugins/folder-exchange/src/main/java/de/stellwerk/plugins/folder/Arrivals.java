package de.stellwerk.plugins.folder;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the files that are ready, a bounded number: one that somebody still writes is not. What is no regular file is never opened, for
 * a link leads elsewhere and a pipe blocks whoever reads it.
 */
final class Arrivals {

    static final String MARKER = ".ok";
    static final String NOTE = ".fehler.txt";

    /** So many files are looked at in one round; in a folder of a million, the others wait until these have gone. */
    private static final int MOST_LOOKED_AT = 10_000;

    /** A marker may be seen before its file on a slow network drive; after this long it may be one that a dead hub has left. */
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(5);

    /** After this long, a marker without its file is a mistake of the other side. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Names under which programs write what is not complete yet. */
    private static final Pattern UNFINISHED = Pattern.compile(
            "\\..*|.*(?:\\.tmp|\\.part|\\.filepart|\\.crdownload)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** How the other side says that a file is complete. */
    enum Ready {
        /** By a second file beside it, {@code a.xml.ok}. */
        MARKER,
        /** It writes under another name and renames. */
        RENAME,
        /** It does not; size and time have not changed for a while. */
        AGE
    }

    /** What tells whether a file was changed. */
    record Stamp(long size, FileTime modified) {

        static Stamp of(Path file) throws IOException {
            return of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        }

        private static Stamp of(BasicFileAttributes attributes) {
            return new Stamp(attributes.size(), attributes.lastModifiedTime());
        }
    }

    /** A file that is ready. */
    record Found(Path file, FileName name, Stamp stamp, Optional<Path> marker) {}

    /** What lies there and cannot be taken. */
    record Odd(Path file, FileName name, Why why) {

        enum Why {
            /** A link, a pipe, a device. */
            NOT_A_FILE,
            /** A marker that has lain there without its file for some seconds. */
            MARKER_ALONE,
            /** The same for minutes. */
            MARKER_ALONE_FOR_LONG
        }
    }

    record Look(List<Found> ready, List<Odd> odd) {}

    private record Seen(Stamp stamp, Instant since) {}

    private final Place place;
    private final Pattern pattern;
    private final Ready ready;
    private final Duration age;
    private final Clock clock;
    private Map<FileName, Seen> seen = new HashMap<>();

    /** @param pattern such as {@code *.xml,*.pdf} */
    Arrivals(Place place, String pattern, Ready ready, Duration age, Clock clock) {
        this.place = place;
        this.pattern = compiled(pattern);
        this.ready = ready;
        this.age = age;
        this.clock = clock;
    }

    private static Pattern compiled(String globs) {
        var regex = Stream.of(globs.split(","))
                .map(glob -> glob.strip()
                        .codePoints()
                        .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                        .collect(Collectors.joining()))
                .collect(Collectors.joining("|"));
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
    }

    /**
     * One look into the folder.
     *
     * @param later files that come last, because they have given trouble before: they must not keep the others waiting
     */
    Look at(Path folder, int limit, Predicate<FileName> later) throws IOException {
        var first = new ArrayList<Found>();
        var last = new ArrayList<Found>();
        var odd = new ArrayList<Odd>();
        var still = new HashMap<FileName, Seen>();
        try (var all = Files.newDirectoryStream(folder)) {
            var lookedAt = 0;
            for (var entry : all) {
                var name = place.name(entry);
                if (!name.isPlain() || !folder.equals(entry.getParent()) || !isWanted(name)) {
                    continue;
                }
                if (first.size() == limit || lookedAt++ == MOST_LOOKED_AT) {
                    break;
                }
                var found =
                        ready == Ready.MARKER ? marked(folder, entry, name, odd, still) : bare(entry, name, odd, still);
                found.ifPresent(file -> (later.test(file.name()) ? last : first).add(file));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        seen = still;
        return new Look(
                Stream.concat(first.stream(), last.stream()).limit(limit).toList(), odd);
    }

    private boolean isWanted(FileName name) {
        var wanted = ready == Ready.MARKER && name.endsWith(MARKER) ? name.without(MARKER) : name;
        return (ready == Ready.MARKER) == name.endsWith(MARKER)
                && !name.endsWith(NOTE)
                && !UNFINISHED.matcher(wanted.shown()).matches()
                && pattern.matcher(wanted.shown()).matches();
    }

    private Optional<Found> bare(Path file, FileName name, List<Odd> odd, Map<FileName, Seen> still)
            throws IOException {
        var attributes = attributes(file);
        if (attributes.isEmpty() || attributes.get().isDirectory()) {
            return Optional.empty();
        }
        if (!isRegular(attributes.get())) {
            odd.add(new Odd(file, name, Odd.Why.NOT_A_FILE));
            return Optional.empty();
        }
        var stamp = Stamp.of(attributes.get());
        return ready == Ready.RENAME || isUnchanged(name, stamp, still, age)
                ? Optional.of(new Found(file, name, stamp, Optional.empty()))
                : Optional.empty();
    }

    private Optional<Found> marked(
            Path folder, Path marker, FileName markerName, List<Odd> odd, Map<FileName, Seen> still)
            throws IOException {
        var name = markerName.without(MARKER);
        var file = place.file(folder, name);
        var told = attributes(marker);
        var attributes = attributes(file);
        if (told.isEmpty() || told.get().isDirectory()) {
            return Optional.empty();
        }
        if (attributes.isEmpty()) {
            var stamp = Stamp.of(told.get());
            if (isUnchanged(markerName, stamp, still, PATIENCE)) {
                odd.add(new Odd(marker, markerName, Odd.Why.MARKER_ALONE_FOR_LONG));
            } else if (isUnchanged(markerName, stamp, still, LEFT_BEHIND)) {
                odd.add(new Odd(marker, markerName, Odd.Why.MARKER_ALONE));
            }
            return Optional.empty();
        }
        if (!isRegular(attributes.get())) {
            odd.add(new Odd(file, name, Odd.Why.NOT_A_FILE));
            return Optional.empty();
        }
        var stamp = Stamp.of(attributes.get());
        // A marker older than its file was left behind by a hub that died between two moves: somebody may be writing
        // the file anew.
        // Or clocks are wrong, or a copy kept its time; then standing still has to do.
        var isNewer = told.get().lastModifiedTime().compareTo(stamp.modified()) >= 0;
        return isNewer || isUnchanged(name, stamp, still, age)
                ? Optional.of(new Found(file, name, stamp, Optional.of(marker)))
                : Optional.empty();
    }

    /** By our own clock and our own looks: the other side's clock may be wrong. */
    private boolean isUnchanged(FileName name, Stamp stamp, Map<FileName, Seen> still, Duration wait) {
        var now = clock.instant();
        var before = seen.get(name);
        var since = before != null && before.stamp().equals(stamp) ? before.since() : now;
        still.put(name, new Seen(stamp, since));
        return !now.isBefore(since.plus(wait));
    }

    /** Files come and go while they are listed. */
    private static Optional<BasicFileAttributes> attributes(Path file) throws IOException {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static boolean isRegular(BasicFileAttributes attributes) {
        return attributes.isRegularFile() && !attributes.isSymbolicLink() && !attributes.isOther();
    }
}
