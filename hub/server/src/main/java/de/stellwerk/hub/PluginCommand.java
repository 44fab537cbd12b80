package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.plugin.Check;
import de.stellwerk.hub.plugin.PluginCheck;
import de.stellwerk.hub.plugin.PluginDirectory;
import de.stellwerk.hub.plugin.PluginInbox;
import de.stellwerk.hub.plugin.Refused;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;

/** {@code plugin add, list, check, remove, keygen, sign, directory}: what an author or an operator does with jars beside the hub. */
final class PluginCommand {

    private final PrintStream out;
    private final Clock clock;

    PluginCommand(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** The status to end with; empty if the words are none of these. */
    Optional<Integer> run(Command.Line line) throws IOException, ConfigProblems {
        try {
            if (line.is("plugin add DIR", "--home", "--signature")) {
                return Optional.of(add(line));
            }
            if (line.is("plugin list", "--home")) {
                return Optional.of(list(line));
            }
            if (line.is("plugin check DIR", "--home", "--signature")) {
                return Optional.of(check(line));
            }
            if (line.is("plugin remove DIR", "--home")) {
                return Optional.of(remove(line));
            }
            if (line.is("plugin keygen DIR", "--home")) {
                JarTrust.makeKeys(line.folder());
                say(
                        "plugin.key (geheim, nie weitergeben) und plugin.pub liegen in " + line.folder()
                                + ". Wer Ihre Plugins nimmt, trägt plugin.pub unter plugins.keys in hub.yaml ein.",
                        "plugin.key (secret, never give it away) and plugin.pub lie in " + line.folder()
                                + ". Whoever takes your plugins names plugin.pub under plugins.keys in hub.yaml.");
                return Optional.of(Command.GOOD);
            }
            if (line.is("plugin sign DIR", "--key", "--home")) {
                return Optional.of(sign(line));
            }
            if (line.is("plugin directory DIR", "--home")) {
                var named = PluginDirectory.write(line.folder());
                named.forEach(jar -> out.println("  " + jar));
                say(
                        "plugins.json nennt " + named.size() + " Archive.",
                        "plugins.json names " + named.size() + " jars.");
                return Optional.of(Command.GOOD);
            }
            return Optional.empty();
        } catch (Refused e) {
            say(e.code() + ": " + e.text(Locale.GERMAN), e.code() + ": " + e.text(Locale.ENGLISH));
            return Optional.of(Command.BAD);
        }
    }

    private static Path beside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".sig");
    }

    private static Path signature(Command.Line line) {
        return line.last("--signature", beside(line.folder()));
    }

    private static PluginInbox inbox(Command.Line line) {
        return new PluginInbox(line.home().resolve("plugins/inbox"));
    }

    private int add(Command.Line line) throws IOException, Refused {
        var signature = signature(line);
        try (var jar = Files.newInputStream(line.folder())) {
            var item = inbox(line)
                    .put(jar, Files.exists(signature) ? Optional.of(Files.readAllBytes(signature)) : Optional.empty());
            say(
                    "Im Eingang: " + item.file() + (item.signed() ? ", mit Signatur." : ", ohne Signatur.")
                            + " Ein laufender Hub prüft es binnen Sekunden; was dabei herauskommt, zeigen GET /api/v1/plugins und die"
                            + " Statusseite.",
                    "In the inbox: " + item.file() + (item.signed() ? ", with a signature." : ", without a signature.")
                            + " A running hub checks it within seconds; GET /api/v1/plugins and the status page show what comes of"
                            + " it.");
        }
        return Command.GOOD;
    }

    private int list(Command.Line line) throws IOException {
        for (var item : inbox(line).list()) {
            out.printf("%-40s %-20s %-12s %s%n", item.file(), item.id(), item.version(), item.signed() ? "sig" : "");
        }
        return Command.GOOD;
    }

    private int check(Command.Line line) throws IOException, ConfigProblems {
        var trust = ConfigReader.plugins(line.home(), System.getenv());
        var scratch = Files.createTempDirectory("plugin-check");
        boolean good;
        try {
            var checks = PluginCheck.of(line.folder(), signature(line), trust, clock, scratch);
            checks.forEach(this::say);
            good = checks.stream().noneMatch(check -> check.outcome() == Check.Outcome.FAILED);
        } finally {
            Command.delete(scratch);
        }
        say(
                good ? "Ein Hub nähme dieses Archiv." : "Ein Hub nähme dieses Archiv NICHT.",
                good ? "A hub would take this jar." : "A hub would NOT take this jar.");
        return good ? Command.GOOD : Command.BAD;
    }

    private void say(Check check) {
        out.printf(
                "%-12s %s%n",
                check.name(), check.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        if (!check.text().isEmpty()) {
            var code = check.code().isEmpty() ? "" : check.code() + ": ";
            out.println("             " + code + check.german());
            out.println("             " + code + check.text());
        }
    }

    private int remove(Command.Line line) throws IOException {
        var id = line.word();
        var gone = inbox(line).remove(id);
        if (gone.isEmpty()) {
            say("Im Eingang liegt kein Plugin „" + id + "“.", "There is no plugin '" + id + "' in the inbox.");
            return Command.BAD;
        }
        say("Entfernt: " + String.join(", ", gone), "Removed: " + String.join(", ", gone));
        return Command.GOOD;
    }

    private int sign(Command.Line line) throws IOException {
        var key = line.all("--key");
        if (key.size() != 1) {
            say("Mit --key FILE die Datei plugin.key nennen.", "Name the file plugin.key with --key FILE.");
            return Command.UNKNOWN;
        }
        var signature = beside(line.folder());
        Files.writeString(signature, JarTrust.sign(line.folder(), key.get(0)));
        say("Signatur: " + signature, "Signature: " + signature);
        return Command.GOOD;
    }

    private void say(String german, String english) {
        out.println(german);
        out.println(english);
    }
}
