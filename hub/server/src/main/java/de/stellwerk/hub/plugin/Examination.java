package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.plugin.Checks.Line;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/** What is found out about a jar without running anything of it: complete, signed, described, and with code that can work here. */
final class Examination {

    private static final long MAX_UNPACKED = 1L << 30;
    private static final int MAX_ENTRIES = 60_000;
    /** How many findings of one sort are told. */
    private static final int TOLD = 20;

    private final JarTrust trust;
    private final boolean unsigned;

    /** @throws IllegalArgumentException if one of the keys is none */
    Examination(PluginsConfig config, Clock clock) {
        this.trust = new JarTrust(config.keys(), clock);
        this.unsigned = config.unsigned();
    }

    private record Inside(Attributes manifest, CodeCheck code) {}

    /**
     * The jar, if it may be loaded.
     *
     * @param copy is not changed while this runs
     * @param signature the file that was dropped beside the jar; need not exist
     * @param checks gets a line for each step
     */
    PluginJar of(Path copy, String file, String sha256, Path signature, Checks checks) throws Refused {
        var inside = readable(copy);
        checks.passed(
                Line.COMPLETE,
                "All entries are there and undamaged; SHA-256 " + sha256 + ".",
                "Alle Einträge sind da und unbeschädigt; SHA-256 " + sha256 + ".");
        signed(copy, signature, checks);
        var jar = PluginJar.of(inside.manifest(), copy, file, sha256);
        described(jar, checks);
        try {
            calls(inside.code(), jar.permits(), checks);
            references(inside.code(), jar.permits(), checks);
        } catch (IOException e) {
            throw unreadable(e);
        }
        return jar;
    }

    /**
     * The same for bytes that have stood all this before, at a hub of this build on this Java. Who may sign can have changed since; the
     * rest, the self-test included, would come out as it did.
     */
    PluginJar again(Path copy, String file, String sha256, Path signature, Checks checks) throws Refused {
        passedBefore(Line.COMPLETE, checks);
        signed(copy, signature, checks);
        Attributes manifest;
        try {
            manifest = PluginInbox.manifest(copy);
        } catch (IOException e) {
            throw unreadable(e);
        }
        var jar = PluginJar.of(manifest, copy, file, sha256);
        described(jar, checks);
        passedBefore(Line.CODE, checks);
        passedBefore(Line.REFERENCES, checks);
        passedBefore(Line.SELF_TEST, checks);
        return jar;
    }

    private static void passedBefore(Line line, Checks checks) {
        checks.passed(
                line,
                "It has stood this before, with the same bytes at the same hub.",
                "Das hat es schon einmal bestanden, mit demselben Inhalt an demselben Hub.");
    }

    private static Inside readable(Path copy) throws Refused {
        try {
            if (Files.size(copy) > PluginInbox.LARGEST) {
                throw new Refused(
                        "plugin.too-large",
                        "The jar is larger than 256 MiB. Leave out what it can do without.",
                        "Das Archiv ist größer als 256 MiB. Weglassen, was es nicht braucht.");
            }
            startsAsZip(copy);
            try (var jar = new JarFile(copy.toFile(), false, JarFile.OPEN_READ, Runtime.version())) {
                var manifest = jar.getManifest();
                var lines = manifest == null ? new Attributes() : manifest.getMainAttributes();
                var code = new CodeCheck("true".equalsIgnoreCase(lines.getValue("Multi-Release")));
                readAll(jar, code);
                return new Inside(lines, code);
            }
        } catch (ZipException e) {
            throw incomplete();
        } catch (IOException | SecurityException e) {
            throw unreadable(e);
        }
    }

    /** What stands before the first entry would be covered by no signature inside the jar. */
    private static void startsAsZip(Path copy) throws IOException, Refused {
        try (var in = Files.newInputStream(copy)) {
            var start = in.readNBytes(4);
            if (start.length < 4 || start[0] != 'P' || start[1] != 'K' || start[2] != 3 || start[3] != 4) {
                throw incomplete();
            }
        }
    }

    private static Refused incomplete() {
        return new Refused(
                "plugin.incomplete",
                "This is not a complete jar. Copy it again, best under another name that is then renamed.",
                "Das ist kein vollständiges Archiv. Neu kopieren, am besten unter anderem Namen und dann umbenennen.");
    }

    private static Refused unreadable(Exception e) {
        return new Refused(
                "plugin.unreadable",
                "The jar cannot be read (" + e.getClass().getSimpleName() + "). Copy it again.",
                "Das Archiv kann nicht gelesen werden (" + e.getClass().getSimpleName() + "). Neu kopieren.");
    }

    /** Reads everything once: a jar whose bytes are damaged must not be found out in the middle of a delivery. */
    private static void readAll(JarFile jar, CodeCheck code) throws IOException, Refused {
        var names = new HashSet<String>();
        long left = MAX_UNPACKED;
        for (var entries = jar.entries(); entries.hasMoreElements(); ) {
            var entry = entries.nextElement();
            if (!names.add(entry.getName()) || names.size() > MAX_ENTRIES) {
                throw new Refused(
                        "plugin.entries",
                        "The jar has an entry twice, or more than " + MAX_ENTRIES + " entries. Build it again.",
                        "Das Archiv enthält einen Eintrag doppelt oder mehr als " + MAX_ENTRIES
                                + " Einträge. Neu bauen.");
            }
            var bytes = read(jar, entry, left);
            left -= bytes.length;
            code.add(entry.getName(), bytes);
        }
    }

    private static byte[] read(JarFile jar, JarEntry entry, long most) throws IOException, Refused {
        try (var in = jar.getInputStream(entry)) {
            var bytes = in.readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > most) {
                throw new Refused(
                        "plugin.too-large",
                        "Unpacked, the jar is larger than 1 GiB. Leave out what it can do without.",
                        "Entpackt ist das Archiv größer als 1 GiB. Weglassen, was es nicht braucht.");
            }
            var sum = new CRC32();
            sum.update(bytes);
            if (entry.getCrc() != -1 && entry.getCrc() != sum.getValue()) {
                throw incomplete();
            }
            return bytes;
        }
    }

    private void signed(Path copy, Path signature, Checks checks) throws Refused {
        JarTrust.Verdict verdict;
        try {
            verdict = trust.check(copy, signature);
        } catch (IOException e) {
            throw unreadable(e);
        }
        switch (verdict.state()) {
            case GOOD ->
                checks.passed(Line.SIGNATURE, "Signed by " + verdict.by() + ".", "Signiert von " + verdict.by() + ".");
            case BAD ->
                throw new Refused(
                        "plugin.signature",
                        verdict.english() + " Ask its author, or add the author's key to plugins.keys in hub.yaml.",
                        verdict.german()
                                + " Beim Hersteller nachfragen, oder dessen Schlüssel unter plugins.keys in hub.yaml eintragen.");
            case UNSIGNED -> {
                if (!unsigned) {
                    throw new Refused(
                            "plugin.unsigned",
                            "Nobody has signed this jar. Put its signature beside it as NAME.jar.sig, or, for development only, set plugins.unsigned: allowed in hub.yaml.",
                            "Dieses Archiv ist nicht signiert. Seine Signatur als NAME.jar.sig danebenlegen, oder, nur zur"
                                    + " Entwicklung, in hub.yaml plugins.unsigned: allowed setzen.");
                }
                checks.warned(
                        Line.SIGNATURE,
                        new Reason(
                                "plugin.unsigned",
                                "Nobody has signed this jar; it is taken because plugins.unsigned is allowed. Use that for"
                                        + " development only.",
                                "Dieses Archiv ist nicht signiert; es wird genommen, weil plugins.unsigned erlaubt ist. Nur zur"
                                        + " Entwicklung verwenden."));
            }
        }
    }

    private static void described(PluginJar jar, Checks checks) {
        var asks = jar.permits().shown().entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .collect(Collectors.joining("; "));
        checks.passed(
                Line.MANIFEST,
                jar.id() + " " + jar.version()
                        + (asks.isEmpty() ? "; it asks for no permission." : "; it asks for " + asks + "."),
                jar.id() + " " + jar.version()
                        + (asks.isEmpty() ? "; es verlangt keine Erlaubnis." : "; es verlangt " + asks + "."));
    }

    private static void calls(CodeCheck code, Permits permits, Checks checks) throws IOException, Refused {
        var english = new TreeSet<String>();
        var german = new TreeSet<String>();
        var lines = new TreeSet<String>();
        for (var sort : code.forbidden().entrySet()) {
            for (var type : sort.getValue().entrySet()) {
                if (!permits.permits(sort.getKey(), type.getKey())) {
                    var calls = String.join(", ", type.getValue());
                    english.add(type.getKey() + " " + sort.getKey().english + ": " + calls);
                    german.add(type.getKey() + " " + sort.getKey().german + ": " + calls);
                    if (sort.getKey() != Forbidden.PROCESSES) {
                        lines.add(sort.getKey().attribute());
                    }
                }
            }
        }
        if (!english.isEmpty()) {
            throw new Refused(
                    "plugin.forbidden-call",
                    told(english, "more") + ". Leave that out"
                            + (lines.isEmpty()
                                    ? "; a plugin must not end or start processes."
                                    : ", or name the package in the manifest's line " + String.join(", ", lines)
                                            + "; the operator sees it there."),
                    told(german, "weitere") + ". Das weglassen"
                            + (lines.isEmpty()
                                    ? "; ein Plugin darf keine Prozesse beenden oder starten."
                                    : ", oder das Paket im Manifest in der Zeile " + String.join(", ", lines)
                                            + " nennen; der Betreiber sieht es dort."));
        }
        checks.passed(Line.CODE, "No forbidden call.", "Kein verbotener Aufruf.");
    }

    private static void references(CodeCheck code, Permits permits, Checks checks) throws IOException, Refused {
        var dangling = code.dangling();
        var missing = new TreeSet<String>();
        dangling.missing().forEach((what, users) -> users.stream()
                .filter(user -> !permits.permitsMissing(user))
                .findFirst()
                .ifPresent(user -> missing.add(what + " (" + user + ")")));
        if (!missing.isEmpty()) {
            throw new Refused(
                    "plugin.missing",
                    missing.size() + " references lead to nothing in this hub " + PluginJar.API + " on Java "
                            + Runtime.version().feature() + ": " + told(missing, "more")
                            + ". Build the plugin against this hub's SPI, or put the library it needs into the jar.",
                    missing.size() + " Verweise führen in diesem Hub " + PluginJar.API + " auf Java "
                            + Runtime.version().feature() + " ins Leere: " + told(missing, "weitere")
                            + ". Das Plugin gegen die SPI dieses Hubs bauen, oder die nötige Bibliothek ins Archiv nehmen.");
        }
        if (dangling.absent().isEmpty()) {
            checks.passed(
                    Line.REFERENCES,
                    "Every class, method and field it refers to is there.",
                    "Alle Klassen, Methoden und Felder, auf die es verweist, sind da.");
            return;
        }
        var absent = dangling.absent().keySet().stream()
                .map(what -> what.replaceFirst("\\.[a-z<][^.]*\\(.*", ""))
                .map(what -> what.substring(0, Math.max(0, what.lastIndexOf('.'))))
                .collect(Collectors.toCollection(TreeSet::new));
        checks.warned(
                Line.REFERENCES,
                new Reason(
                        "plugin.absent",
                        "It refers to libraries that nobody has; that is well if they are optional. Otherwise put them into the"
                                + " jar: " + told(absent, "more") + ".",
                        "Es verweist auf Bibliotheken, die niemand hat; das ist gut, wenn sie entbehrlich sind. Sonst ins Archiv"
                                + " nehmen: " + told(absent, "weitere") + "."));
    }

    private static String told(Set<String> all, String more) {
        var told = all.stream().limit(TOLD).collect(Collectors.joining("; "));
        return all.size() > TOLD ? told + " … (" + (all.size() - TOLD) + " " + more + ")" : told;
    }
}
