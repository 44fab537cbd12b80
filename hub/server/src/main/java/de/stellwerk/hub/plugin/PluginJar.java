package de.stellwerk.hub.plugin;

import java.nio.file.Path;
import java.util.Set;
import java.util.jar.Attributes;
import org.pf4j.DefaultVersionManager;
import org.pf4j.VersionManager;

/**
 * A jar that has been checked without running anything of it.
 *
 * @param copy the hub's own copy, named by its hash; the only one that is ever loaded
 * @param file the dropped file's name
 * @param id the manifest's {@code Plugin-Id}
 * @param version the manifest's {@code Plugin-Version}
 * @param connectors those the manifest names; empty if it names none
 * @param permits what the manifest asks for
 */
record PluginJar(
        Path copy, String file, String sha256, String id, String version, Set<String> connectors, Permits permits) {

    /** The version of the SPI this hub has, which a manifest's {@code Plugin-Requires} is held against. */
    static final String API = "0.1.0";

    private static final VersionManager VERSIONS = new DefaultVersionManager();

    /** True if this version comes after the other one, in the order of semantic versions. */
    boolean newerThan(PluginJar other) {
        return compare(version, other.version) > 0;
    }

    /** In the order of semantic versions. */
    static int compare(String version, String other) {
        return VERSIONS.compareVersions(version, other);
    }

    /** Whether its version lies in a range, such as {@code 1.2}, {@code ~1.2.3} or {@code >=1.0.0 & <2.0.0}. */
    boolean fits(String range) {
        return VERSIONS.checkVersionConstraint(version, range);
    }

    /** What a manifest says of its jar; whether this hub is new enough for it is not asked. */
    static PluginJar named(Attributes manifest, Path copy, String file, String sha256) throws Refused {
        var id = line(manifest, "Plugin-Id", "[A-Za-z0-9][A-Za-z0-9._-]{0,62}", "my-plugin");
        var version = line(
                manifest, "Plugin-Version", "[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}([-+][A-Za-z0-9.+-]{1,60})?", "1.0.0");
        return new PluginJar(copy, file, sha256, id, version, Permits.connectors(manifest), Permits.of(manifest));
    }

    /** The same, if the jar runs on this hub. */
    static PluginJar of(Attributes manifest, Path copy, String file, String sha256) throws Refused {
        var jar = named(manifest, copy, file, sha256);
        var requires = line(manifest, "Plugin-Requires", "[^\\p{Cntrl}]{1,100}", ">=" + API);
        if (!isMet(requires)) {
            throw new Refused(
                    "plugin.api-version",
                    "Plugin " + jar.id + " " + jar.version + " needs hub API " + requires + "; this hub has " + API
                            + ". Take a version of the plugin that fits, or another hub.",
                    "Plugin " + jar.id + " " + jar.version + " braucht die Hub-API " + requires + "; dieser Hub hat "
                            + API + ". Eine passende Version des Plugins oder des Hubs verwenden.");
        }
        return jar;
    }

    private static String line(Attributes manifest, String name, String form, String example) throws Refused {
        var value = manifest.getValue(name);
        if (value != null && value.strip().matches(form)) {
            return value.strip();
        }
        throw new Refused(
                "plugin.manifest",
                "The manifest's line '" + name + "' is missing or wrong. Expected, for example: " + name + ": "
                        + example + ". Correct it and build the jar again.",
                "Im Manifest fehlt die Zeile „" + name + "“, oder sie ist falsch. Erwartet wird zum Beispiel: " + name
                        + ": " + example + ". Berichtigen und das Archiv neu bauen.");
    }

    static boolean isMet(String requires) throws Refused {
        // A bare version is the oldest hub the plugin runs on.
        var range = requires.matches("[0-9][0-9.]*") ? ">=" + requires : requires;
        try {
            return VERSIONS.checkVersionConstraint(API, range);
        } catch (RuntimeException e) {
            throw new Refused(
                    "plugin.manifest",
                    "The manifest's line 'Plugin-Requires' is not a range of versions. Expected, for example: >=" + API
                            + ". Correct it and build the jar again.",
                    "Im Manifest ist die Zeile „Plugin-Requires“ kein Versionsbereich. Erwartet wird zum Beispiel: >="
                            + API + ". Berichtigen und das Archiv neu bauen.");
        }
    }
}
