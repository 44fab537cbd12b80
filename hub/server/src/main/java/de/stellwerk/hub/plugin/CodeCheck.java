package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.ClassFile.Reference;
import de.stellwerk.hub.plugin.Sight.End;
import de.stellwerk.hub.plugin.Sight.Whose;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.objectweb.asm.Opcodes;

/**
 * Looks through a plugin's classes, before any of them is loaded, for what has no business there and for references that this hub, on
 * this Java, cannot satisfy. It is a linter and not a sandbox: it finds mistakes and old habits, such as ending the process on an
 * error; code that wants to hide a call can, by reflection for example.
 */
final class CodeCheck {

    private static final String HUB = "de/stellwerk/hub/";
    /** Copies of shared packages are ignored by the wall, so they do no harm. */
    private static final List<String> IGNORED = List.of("de/stellwerk/hub/spi/", "de/stellwerk/hub/camel/");

    private static final List<String> NEVER = List.of("java/", "jdk/", "sun/");

    private final Map<String, ClassFile> own = new HashMap<>();
    /** The release of the version folder a class was taken from; 0 for the jar's main part. */
    private final Map<String, Integer> releases = new HashMap<>();

    private final Map<String, List<Reference>> references = new HashMap<>();
    private final Set<String> natives = new TreeSet<>();
    private final boolean multiRelease;

    /** @param multiRelease whether the manifest says that classes for newer releases of Java lie in version folders */
    CodeCheck(boolean multiRelease) {
        this.multiRelease = multiRelease;
    }

    /** Takes in one entry of the jar. */
    void add(String entry, byte[] bytes) throws Refused {
        if (Forbidden.isNative(entry)) {
            natives.add(entry);
        }
        if (!entry.endsWith(".class") || entry.endsWith("module-info.class")) {
            return;
        }
        int release = 0;
        var path = entry;
        if (entry.startsWith("META-INF/versions/")) {
            var parts = entry.split("/", 4);
            if (parts.length < 4 || !parts[2].matches("[0-9]{1,3}")) {
                return;
            }
            release = Integer.parseInt(parts[2]);
            path = parts[3];
        }
        if (IGNORED.stream().anyMatch(path::startsWith)) {
            return;
        }
        if (shadows(path)) {
            throw new Refused(
                    "plugin.shadow",
                    "The jar brings the class " + entry
                            + ", which belongs to the JDK or the hub. Leave it out and build the" + " jar again.",
                    "Das Archiv enthält die Klasse " + entry + ", die zum JDK oder zum Hub gehört. Weglassen und"
                            + " das Archiv neu bauen.");
        }
        if (release > 0 && (!multiRelease || release > Runtime.version().feature())) {
            return; // never loaded on this Java
        }
        if (release >= releases.getOrDefault(path, -1)) {
            releases.put(path, release);
            read(entry, path, bytes);
        }
    }

    private void read(String entry, String path, byte[] bytes) throws Refused {
        try {
            int needed = ClassFile.release(ClassFile.version(bytes));
            if (needed > Runtime.version().feature()) {
                throw new Refused(
                        "plugin.class-version",
                        "The class " + entry + " needs Java " + needed + ", the hub runs on "
                                + Runtime.version().feature() + ". Build the jar with --release "
                                + Runtime.version().feature() + ".",
                        "Die Klasse " + entry + " braucht Java " + needed + ", der Hub läuft auf "
                                + Runtime.version().feature() + ". Das Archiv mit --release "
                                + Runtime.version().feature() + " bauen.");
            }
            var file = ClassFile.of(bytes);
            if (!path.equals(file.name() + ".class")) {
                throw new IOException("another class than its name says");
            }
            own.put(file.name(), file);
            references.put(file.name(), ClassFile.references(bytes));
        } catch (IOException e) {
            throw new Refused(
                    "plugin.bytecode",
                    "The class " + entry + " is damaged. Build the jar again.",
                    "Die Klasse " + entry + " ist beschädigt. Das Archiv neu bauen.");
        }
    }

    private static boolean shadows(String path) {
        return path.startsWith(HUB)
                || NEVER.stream().anyMatch(path::startsWith)
                || (path.startsWith("javax/") && Sight.isJdk(path));
    }

    /** What the classes call or are, and should not, by sort and by class. */
    Map<Forbidden, Map<String, Set<String>>> forbidden() throws IOException {
        var found = new EnumMap<Forbidden, Map<String, Set<String>>>(Forbidden.class);
        var sight = new Sight(own);
        for (var each : loadable(sight)) {
            for (var reference : references.getOrDefault(each.name(), List.of())) {
                if (reference.name().isEmpty() || !Forbidden.isSuspicious(reference.owner(), reference.name())) {
                    continue;
                }
                var declared = sight.resolve(reference).declared();
                Forbidden.call(declared.isEmpty() ? reference.owner() : declared, reference.name())
                        .ifPresent(sort -> note(found, sort, each.name(), reference.toString()));
            }
            each.methods().forEach((method, flags) -> {
                if ((flags & Opcodes.ACC_NATIVE) != 0) {
                    note(found, Forbidden.NATIVES, each.name(), "native " + method.replaceFirst("\\(.*", ""));
                }
            });
        }
        natives.forEach(entry -> note(found, Forbidden.NATIVES, entry, entry));
        return found;
    }

    private static void note(Map<Forbidden, Map<String, Set<String>>> found, Forbidden sort, String type, String call) {
        found.computeIfAbsent(sort, key -> new TreeMap<>())
                .computeIfAbsent(type.replace('/', '.'), key -> new TreeSet<>())
                .add(call);
    }

    /**
     * References that lead nowhere.
     *
     * @param missing what the hub or the JDK should have, and the classes that want it: it would fail when it is called
     * @param absent what nobody has, perhaps of optional libraries that are never asked for
     */
    record Dangling(Map<String, Set<String>> missing, Map<String, Set<String>> absent) {}

    Dangling dangling() throws IOException {
        var sight = new Sight(own);
        var ends = new HashMap<Reference, End>();
        var dangling = new Dangling(new TreeMap<>(), new TreeMap<>());
        for (var each : loadable(sight)) {
            for (var reference : new HashSet<>(references.getOrDefault(each.name(), List.of()))) {
                var end = ends.get(reference);
                if (end == null) {
                    end = sight.resolve(reference).end();
                    ends.put(reference, end);
                }
                if (end != End.FOUND) {
                    note(end == End.MISSING ? dangling.missing : dangling.absent, reference, each);
                }
            }
            if (each.isConcrete()) {
                for (var method : sight.unkept(each)) {
                    note(dangling.missing, method, each);
                }
            }
        }
        return dangling;
    }

    private static void note(Map<String, Set<String>> dangling, Reference what, ClassFile user) {
        dangling.computeIfAbsent(what.toString(), key -> new TreeSet<>())
                .add(user.name().replace('/', '.'));
    }

    /** The wall ignores those of which the hub has its own. */
    private List<ClassFile> loadable(Sight sight) throws IOException {
        var loadable = new ArrayList<ClassFile>();
        for (var file : own.values()) {
            if (sight.find(file.name())
                    .filter(seen -> seen.whose() == Whose.OWN)
                    .isPresent()) {
                loadable.add(file);
            }
        }
        return loadable;
    }
}
