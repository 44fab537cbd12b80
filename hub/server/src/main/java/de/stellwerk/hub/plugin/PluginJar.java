package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.pf4j.DefaultVersionManager;
import org.pf4j.VersionManager;

/**
 * A jar that has been checked without running anything of it.
 *
 * @param copy the hub's own copy, named by its hash; the only one that is ever loaded
 * @param file the dropped file's name
 * @param id the manifest's {@code Plugin-Id}
 * @param version the manifest's {@code Plugin-Version}
 */
record PluginJar(Path copy, String file, String sha256, String id, String version) {

    /** The version of the SPI this hub has, which a manifest's {@code Plugin-Requires} is held against. */
    static final String API = "0.1.0";

    private static final long MAX_JAR = 256L << 20;
    private static final long MAX_UNPACKED = 1L << 30;
    private static final int MAX_ENTRIES = 60_000;
    private static final VersionManager VERSIONS = new DefaultVersionManager();

    /** True if this version comes after the other one, in the order of semantic versions. */
    boolean newerThan(PluginJar other) {
        return VERSIONS.compareVersions(version, other.version) > 0;
    }

    /** Checks a copy: complete, with a manifest this hub understands, and without code that has no business in a plugin. */
    static PluginJar check(Path copy, String file, String sha256) throws Refused {
        try {
            if (Files.size(copy) > MAX_JAR) {
                throw new Refused(
                        "plugin.too-large", "The jar is larger than 256 MiB.", "Das Archiv ist größer als 256 MiB.");
            }
            try (var jar = new JarFile(copy.toFile(), false, JarFile.OPEN_READ, Runtime.version())) {
                checkEntries(jar);
                return named(manifest(jar), copy, file, sha256);
            }
        } catch (ZipException e) {
            throw incomplete();
        } catch (IOException | SecurityException e) {
            throw new Refused(
                    "plugin.unreadable",
                    "The jar cannot be read (" + e.getClass().getSimpleName() + "). Copy it again.",
                    "Das Archiv kann nicht gelesen werden (" + e.getClass().getSimpleName() + "). Neu kopieren.");
        }
    }

    static Refused incomplete() {
        return new Refused(
                "plugin.incomplete",
                "This is not a complete jar. Copy it again, best under another name that is then renamed.",
                "Das ist kein vollständiges Archiv. Neu kopieren, am besten unter anderem Namen und dann umbenennen.");
    }

    /** Reads everything once: a jar whose bytes are damaged must not be found out in the middle of a delivery. */
    private static void checkEntries(JarFile jar) throws IOException, Refused {
        var names = new HashSet<String>();
        long left = MAX_UNPACKED;
        for (var entries = jar.entries(); entries.hasMoreElements(); ) {
            var entry = entries.nextElement();
            if (!names.add(entry.getName()) || names.size() > MAX_ENTRIES) {
                throw new Refused(
                        "plugin.entries",
                        "The jar has an entry twice, or more than " + MAX_ENTRIES + " entries.",
                        "Das Archiv enthält einen Eintrag doppelt oder mehr als " + MAX_ENTRIES + " Einträge.");
            }
            var bytes = read(jar, entry, left);
            left -= bytes.length;
            CodeCheck.check(entry.getName(), bytes);
        }
    }

    private static byte[] read(JarFile jar, JarEntry entry, long most) throws IOException, Refused {
        try (var in = jar.getInputStream(entry)) {
            var bytes = in.readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > most) {
                throw new Refused(
                        "plugin.too-large",
                        "Unpacked, the jar is larger than 1 GiB.",
                        "Entpackt ist das Archiv größer als 1 GiB.");
            }
            var sum = new CRC32();
            sum.update(bytes);
            if (entry.getCrc() != -1 && entry.getCrc() != sum.getValue()) {
                throw incomplete();
            }
            return bytes;
        }
    }

    private static Attributes manifest(JarFile jar) throws IOException {
        Manifest manifest = jar.getManifest();
        return manifest == null ? new Attributes() : manifest.getMainAttributes();
    }

    private static PluginJar named(Attributes manifest, Path copy, String file, String sha256) throws Refused {
        var id = line(manifest, "Plugin-Id", "[A-Za-z0-9][A-Za-z0-9._-]{0,62}", "my-plugin");
        var version = line(
                manifest, "Plugin-Version", "[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}([-+][A-Za-z0-9.+-]{1,60})?", "1.0.0");
        var requires = line(manifest, "Plugin-Requires", "[^\\p{Cntrl}]{1,100}", ">=" + API);
        if (!isMet(requires)) {
            throw new Refused(
                    "plugin.api-version",
                    "Plugin " + id + " " + version + " needs hub API " + requires + "; this hub has " + API
                            + ". It was not loaded. Take a version of the plugin that fits, or another hub.",
                    "Plugin " + id + " " + version + " braucht die Hub-API " + requires + "; dieser Hub hat " + API
                            + ". Es wurde nicht geladen. Eine passende Version des Plugins oder des Hubs verwenden.");
        }
        return new PluginJar(copy, file, sha256, id, version);
    }

    private static String line(Attributes manifest, String name, String form, String example) throws Refused {
        var value = manifest.getValue(name);
        if (value != null && value.strip().matches(form)) {
            return value.strip();
        }
        throw new Refused(
                "plugin.manifest",
                "The manifest's line '" + name + "' is missing or wrong. Expected, for example: " + name + ": "
                        + example,
                "Im Manifest fehlt die Zeile „" + name + "“, oder sie ist falsch. Erwartet wird zum Beispiel: " + name
                        + ": " + example);
    }

    private static boolean isMet(String requires) throws Refused {
        // A bare version is the oldest hub the plugin runs on.
        var range = requires.matches("[0-9][0-9.]*") ? ">=" + requires : requires;
        try {
            return VERSIONS.checkVersionConstraint(API, range);
        } catch (RuntimeException e) {
            throw new Refused(
                    "plugin.manifest",
                    "The manifest's line 'Plugin-Requires' is not a range of versions. Expected, for example: >=" + API,
                    "Im Manifest ist die Zeile „Plugin-Requires“ kein Versionsbereich. Erwartet wird zum Beispiel: >="
                            + API);
        }
    }
}
