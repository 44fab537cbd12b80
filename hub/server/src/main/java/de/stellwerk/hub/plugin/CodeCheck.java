package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks through a plugin's classes for what has no business there. It is a linter and not a sandbox: it finds mistakes and old habits,
 * such as ending the process on an error; code that wants to hide a call can.
 */
final class CodeCheck {

    private static final List<String> NEVER = List.of("java/", "jdk/", "sun/");
    private static final String HUB = "de/stellwerk/hub/";
    /** Copies of shared packages are ignored by the wall, so they do no harm. */
    private static final List<String> IGNORED = List.of("de/stellwerk/hub/spi/", "de/stellwerk/hub/camel/");

    private static final Map<String, Set<String>> FORBIDDEN = Map.of(
            "java/lang/System", Set.of("exit"),
            "java/lang/Runtime", Set.of("exit", "halt", "exec"),
            "java/lang/ProcessBuilder", Set.of("<init>", "start", "startPipeline"));

    private static final Set<String> JDK_PACKAGES = ModuleLayer.boot().modules().stream()
            .flatMap(module -> module.getPackages().stream())
            .map(name -> name.replace('.', '/') + "/")
            .filter(name -> name.startsWith("javax/"))
            .collect(Collectors.toUnmodifiableSet());

    private CodeCheck() {}

    /** Checks one entry of a jar; what is not a class is left alone. */
    static void check(String entry, byte[] bytes) throws Refused {
        if (!entry.endsWith(".class") || entry.endsWith("module-info.class")) {
            return;
        }
        var path = entry.replaceFirst("^META-INF/versions/[0-9]+/", "");
        if (IGNORED.stream().anyMatch(path::startsWith)) {
            return;
        }
        if (shadows(path)) {
            throw new Refused(
                    "plugin.shadow",
                    "The jar brings the class " + entry + ", which belongs to the JDK or the hub. Leave it out.",
                    "Das Archiv enthält die Klasse " + entry + ", die zum JDK oder zum Hub gehört. Weglassen.");
        }
        var calls = forbiddenCalls(entry, bytes);
        if (!calls.isEmpty()) {
            throw new Refused(
                    "plugin.forbidden-call",
                    "The class " + entry + " calls " + String.join(", ", calls)
                            + ". A plugin must not end or start processes.",
                    "Die Klasse " + entry + " ruft " + String.join(", ", calls)
                            + " auf. Ein Plugin darf keine Prozesse beenden oder starten.");
        }
    }

    private static boolean shadows(String path) {
        return path.startsWith(HUB)
                || NEVER.stream().anyMatch(path::startsWith)
                || JDK_PACKAGES.contains(path.substring(0, path.lastIndexOf('/') + 1));
    }

    private static Set<String> forbiddenCalls(String entry, byte[] bytes) throws Refused {
        var found = new TreeSet<String>();
        try {
            for (var method : ClassFile.calledMethods(bytes)) {
                if (FORBIDDEN.getOrDefault(method.owner(), Set.of()).contains(method.name())) {
                    found.add(method.owner().replace('/', '.') + "." + method.name());
                }
            }
        } catch (IOException e) {
            throw new Refused(
                    "plugin.bytecode",
                    "The class " + entry + " is damaged. Build the jar again.",
                    "Die Klasse " + entry + " ist beschädigt. Das Archiv neu bauen.");
        }
        return found;
    }
}
