package de.stellwerk.hub.route;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code routes/}. A file is read again if its time, size or identity has changed, or if it changed so lately that its time
 * may not show it. Links count if they lead to something within the folder.
 */
final class RouteFolder {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,150}");
    private static final Pattern ASSET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,150}\\.(?:xslt?|xsd|xml)");
    private static final int MOST_FILES = 20_000;
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Path folder;
    private final Clock clock;
    private Map<Path, Seen> seen = new HashMap<>();
    private final Map<String, Assets> assets = new HashMap<>();

    private record Seen(
            FileTime changed, long size, @Nullable Object identity, byte[] bytes) {}

    RouteFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** All route files by name. */
    SortedMap<String, RouteFile> read() throws IOException {
        var root = folder.toRealPath();
        var now = new HashMap<Path, Seen>();
        var files = new TreeMap<String, RouteFile>();
        try (var all = Files.newDirectoryStream(folder, "*" + RouteFile.ENDING)) {
            for (var path : all) {
                var name = path.getFileName().toString();
                if (files.size() >= MOST_FILES) throw new IOException("more than " + MOST_FILES + " route files");
                files.put(name, file(root, path, name, now));
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        seen = now;
        assets.keySet().retainAll(files.keySet());
        return files;
    }

    private RouteFile file(Path root, Path path, String name, Map<Path, Seen> now) {
        var problems = new Problems();
        var bytes = new byte[0];
        var base = name.substring(0, name.length() - RouteFile.ENDING.length());
        SortedMap<String, byte[]> beside = new TreeMap<>();
        if (!NAME.matcher(name).matches())
            problems.add(
                    "route.file",
                    Place.top(name),
                    "a file name with other characters",
                    "letters, digits, '.', '-' and '_'");
        try {
            bytes = bytes(root, path, RouteFile.LARGEST_YAML, now);
            beside = beside(root, folder.resolve(base), now);
        } catch (IOException e) {
            problems.add(
                    "route.file",
                    Place.top(name),
                    e.getClass().getSimpleName() + " when reading it or what lies in '" + base + "/' ("
                            + Objects.requireNonNullElse(e.getMessage(), "no details") + ")",
                    "files the hub may read, within the routes folder");
        }
        var known = new Assets(base, beside);
        var before = assets.get(name);
        // The same object again keeps what was compiled.
        if (before != null && before.hash().equals(known.hash())) known = before;
        assets.put(name, known);
        var digest = Assets.sha256();
        digest.update(bytes);
        digest.update(known.hash().getBytes(StandardCharsets.UTF_8));
        problems.all().forEach(problem -> digest.update(problem.text().getBytes(StandardCharsets.UTF_8)));
        return new RouteFile(name, bytes, known, HexFormat.of().formatHex(digest.digest()), problems.all());
    }

    private SortedMap<String, byte[]> beside(Path root, Path place, Map<Path, Seen> now) throws IOException {
        var files = new TreeMap<String, byte[]>();
        if (!Files.isDirectory(place)) return files;
        try (var all = Files.newDirectoryStream(place)) {
            for (var path : all) {
                var name = path.getFileName().toString();
                if (!ASSET.matcher(name).matches() || Files.isDirectory(path)) continue;
                if (files.size() >= RouteFile.MOST_ASSETS)
                    throw new IOException("more than " + RouteFile.MOST_ASSETS + " files");
                files.put(name, bytes(root, path, RouteFile.LARGEST_ASSET, now));
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    private byte[] bytes(Path root, Path path, int most, Map<Path, Seen> now) throws IOException {
        if (!path.toRealPath().startsWith(root)) throw new IOException("a link out of the routes folder");
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) throw new IOException("not a regular file");
        if (attributes.size() > most) throw new IOException("larger than " + most + " bytes");
        var known = seen.get(path);
        var settled = attributes
                .lastModifiedTime()
                .toInstant()
                .isBefore(clock.instant().minus(FRESH));
        if (known == null
                || !settled
                || !known.changed().equals(attributes.lastModifiedTime())
                || known.size() != attributes.size()
                || !Objects.equals(known.identity(), attributes.fileKey())) {
            byte[] bytes;
            try (var in = Files.newInputStream(path)) {
                bytes = in.readNBytes(most + 1);
            }
            if (bytes.length > most) throw new IOException("larger than " + most + " bytes");
            known = new Seen(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey(), bytes);
        }
        now.put(path, known);
        return known.bytes();
    }
}
