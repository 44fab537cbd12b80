package de.stellwerk.hub.route;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stylesheets and schemas beside a route file, as they were when it was read: what a route uses is what its version's hash says,
 * and nothing is opened by name later.
 */
final class Assets {

    /** Base of the addresses that stylesheets and schemas see; nothing is ever opened there. */
    static final String BASE = "file:///routes/";

    private final String folder;
    private final SortedMap<String, byte[]> files;
    private final String hash;
    private final Map<String, Object> compiled = new ConcurrentHashMap<>();

    Assets(String folder, SortedMap<String, byte[]> files) {
        this.folder = folder;
        this.files = new TreeMap<>(files);
        var digest = sha256();
        this.files.forEach((name, bytes) -> {
            digest.update((name + "\n" + bytes.length + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            digest.update(bytes);
        });
        this.hash = HexFormat.of().formatHex(digest.digest());
    }

    String hash() {
        return hash;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The folders a route looks into, its own before its template's. */
    record Shelf(List<Assets> folders) {

        Shelf {
            folders = List.copyOf(folders);
        }

        Optional<Asset> find(String name) {
            for (var assets : folders) {
                var bytes = assets.files.get(name);
                if (bytes != null) return Optional.of(new Asset(assets, name, bytes));
            }
            return Optional.empty();
        }

        Set<String> names(String... endings) {
            var names = new LinkedHashSet<String>();
            for (var assets : folders)
                for (var name : assets.files.keySet())
                    for (var ending : endings) if (name.endsWith(ending)) names.add(name);
            return names;
        }

        /** A file named by another one, relative to it: only a plain name of the same folders is one. */
        Optional<Asset> named(String reference) {
            var name = reference.startsWith(BASE)
                    ? reference.substring(reference.lastIndexOf('/') + 1)
                    : reference.startsWith("./") ? reference.substring(2) : reference;
            return find(name);
        }
    }

    /** One file. */
    record Asset(Assets home, String name, byte[] bytes) {

        Place place(int line, int column) {
            return new Place(home.folder + "/" + name, Math.max(1, line), Math.max(1, column));
        }

        String systemId() {
            return BASE + home.folder + "/" + name;
        }

        /** Compiles once; a schema shared by the routes of 400 municipalities is compiled once for all of them. */
        <T> T compiled(Class<T> type, Shelf shelf, Compiling<T> compiling) throws BadAsset {
            // What it includes may lie in another folder of the shelf: then it is another thing.
            var key = type.getName() + "\n" + name + "\n"
                    + shelf.folders().stream().map(Assets::hash).toList();
            var known = home.compiled.get(key);
            if (known == null) {
                known = compiling.compile();
                home.compiled.put(key, known);
            }
            return type.cast(known);
        }
    }

    interface Compiling<T> {
        T compile() throws BadAsset;
    }

    /** A stylesheet or schema that cannot be used. */
    static final class BadAsset extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Place place;
        private final String found;
        private final String expected;

        BadAsset(Place place, String found, String expected) {
            super(found);
            this.place = place;
            this.found = found;
            this.expected = expected;
        }

        void in(Problems problems) {
            problems.add("route.asset", place, found, expected);
        }
    }
}
