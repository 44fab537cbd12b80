package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.ConnectorSettings;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a manifest asks for in its {@code Plugin-Permits-} lines. The lists of hosts, folders and secrets bound what a connection's settings
 * may name; where such a line is missing, the settings alone decide. The other lines name the packages of the jar that may do what
 * {@link Forbidden} names, or refer to what is missing here; {@code *} is all of them.
 *
 * @param hosts host names, or {@code *.} and the end of some; {@code *} for any
 * @param folders paths, each with everything below it; relative ones start at the hub's home; {@code *} for any
 * @param secrets the names of settings that may be secret; {@code *} for any
 */
record Permits(
        Optional<List<String>> hosts,
        Optional<List<String>> folders,
        Optional<List<String>> secrets,
        Map<Forbidden, List<String>> calls,
        List<String> missing) {

    private static final String LINE = "Plugin-Permits-";
    static final String MISSING = LINE + "Missing";
    private static final String ANY = "*";

    /** Of a manifest that asks for nothing and bounds nothing. */
    static final Permits NONE = new Permits(Optional.empty(), Optional.empty(), Optional.empty(), Map.of(), List.of());

    /** The host of every address in a text, without user and port. */
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@,\\s]*@)?(\\[[0-9A-Fa-f:.]+\\]|[^/?#:,()\\s]+)");

    /** @throws Refused if a line starts like one of these and is none */
    static Permits of(Attributes manifest) throws Refused {
        var known = Stream.concat(
                        Stream.of(LINE + "Hosts", LINE + "Folders", LINE + "Secrets", MISSING),
                        Stream.of(Forbidden.values())
                                .filter(sort -> sort != Forbidden.PROCESSES)
                                .map(Forbidden::attribute))
                .collect(Collectors.toCollection(() -> new TreeSet<>(String.CASE_INSENSITIVE_ORDER)));
        for (var name : manifest.keySet()) {
            if (name.toString().regionMatches(true, 0, LINE, 0, LINE.length()) && !known.contains(name.toString())) {
                throw new Refused(
                        "plugin.manifest",
                        "The manifest's line '" + name + "' is not known. Known are " + String.join(", ", known)
                                + ". Correct it and build the jar again.",
                        "Die Zeile „" + name + "“ des Manifests ist nicht bekannt. Bekannt sind "
                                + String.join(", ", known) + ". Berichtigen und das Archiv neu bauen.");
            }
        }
        var calls = new EnumMap<Forbidden, List<String>>(Forbidden.class);
        for (var sort : Forbidden.values()) {
            list(manifest, sort.attribute()).ifPresent(packages -> calls.put(sort, packages));
        }
        return new Permits(
                list(manifest, LINE + "Hosts"),
                list(manifest, LINE + "Folders"),
                list(manifest, LINE + "Secrets"),
                calls,
                list(manifest, MISSING).orElse(List.of()));
    }

    private static Optional<List<String>> list(Attributes manifest, String line) {
        return Optional.ofNullable(manifest.getValue(line)).map(value -> Stream.of(value.split("[,\\s]+"))
                .filter(each -> !each.isEmpty() && !each.equals("none"))
                .toList());
    }

    /** @param type a class with dots, or an entry of the jar with slashes */
    boolean permits(Forbidden sort, String type) {
        return sort != Forbidden.PROCESSES && isIn(calls.getOrDefault(sort, List.of()), type);
    }

    boolean permitsMissing(String type) {
        return isIn(missing, type);
    }

    private static boolean isIn(List<String> packages, String type) {
        var dotted = type.replace('/', '.');
        return packages.stream().anyMatch(each -> each.equals(ANY) || dotted.startsWith(each + "."));
    }

    /**
     * What a connection's settings name and the plugin never asked for, or nothing. A host is looked for in settings of the form HOST and
     * in every address; a folder in those of the form PATH.
     *
     * @param home what relative paths start at
     */
    List<Problem> problems(ConnectorDescriptor descriptor, ConnectionConfig config, Path home) {
        var problems = new ArrayList<Problem>();
        for (var setting : descriptor.settings()) {
            var name = setting.name();
            var value = config.settings().getOrDefault(name, "");
            if (value.isBlank()) {
                continue;
            }
            if (config.secrets().contains(name)) {
                if (!permitsSecret(name)) {
                    problems.add(ConnectorSettings.notPermitted(config, name, "***", "secrets: " + words(secrets)));
                }
                continue;
            }
            for (var host : hosts(setting.form().type(), value)) {
                if (!permitsHost(host)) {
                    problems.add(ConnectorSettings.notPermitted(config, name, host, "hosts: " + words(hosts)));
                }
            }
            if (setting.form().type() == Form.Type.PATH && !permitsFolder(value, home)) {
                problems.add(ConnectorSettings.notPermitted(config, name, value, "folders: " + words(folders)));
            }
        }
        return List.copyOf(problems);
    }

    private static List<String> hosts(Form.Type form, String value) {
        if (form == Form.Type.HOST) {
            return List.of(value.replaceFirst(":[0-9]+$", ""));
        }
        return ADDRESS.matcher(value).results().map(found -> found.group(1)).toList();
    }

    private boolean permitsHost(String host) {
        return hosts.isEmpty() || hosts.get().stream().anyMatch(each -> isHost(each, host.toLowerCase(Locale.ROOT)));
    }

    private static boolean isHost(String permitted, String host) {
        var pattern = permitted.toLowerCase(Locale.ROOT);
        return pattern.equals(ANY)
                || pattern.equals(host)
                || (pattern.startsWith("*.") && host.endsWith(pattern.substring(1)));
    }

    private boolean permitsFolder(String value, Path home) {
        try {
            var folder = home.resolve(value).normalize();
            return folders.isEmpty()
                    || folders.get().stream()
                            .anyMatch(each -> each.equals(ANY)
                                    || folder.startsWith(home.resolve(each).normalize()));
        } catch (InvalidPathException e) {
            return true; // not a path at all, which is another problem
        }
    }

    private boolean permitsSecret(String setting) {
        return secrets.isEmpty() || secrets.get().stream().anyMatch(each -> each.equals(ANY) || each.equals(setting));
    }

    private static String words(Optional<List<String>> all) {
        return words(all.orElse(List.of()));
    }

    /** As it stands in the manifest, for people. */
    Map<String, String> shown() {
        var shown = new TreeMap<String, String>();
        hosts.ifPresent(all -> shown.put("hosts", words(all)));
        folders.ifPresent(all -> shown.put("folders", words(all)));
        secrets.ifPresent(all -> shown.put("secrets", words(all)));
        calls.forEach((sort, packages) -> shown.put(sort.name().toLowerCase(Locale.ROOT), words(packages)));
        if (!missing.isEmpty()) {
            shown.put("missing", words(missing));
        }
        return shown;
    }

    private static String words(List<String> all) {
        return all.isEmpty() ? "none" : String.join(", ", all);
    }

    static Set<String> connectors(Attributes manifest) {
        return list(manifest, "Plugin-Connectors").map(Set::copyOf).orElse(Set.of());
    }
}
