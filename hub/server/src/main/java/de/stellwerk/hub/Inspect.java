package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.SignaturePolicy;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.signature.Found;
import de.stellwerk.hub.signature.SignatureVerifier;
import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.validation.MessageKind;
import de.stellwerk.hub.validation.MessageKinds;
import de.stellwerk.hub.validation.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Says of files what they are worth, without a hub: {@code Inspect verify [--policy P] [--content FILE] FILE…} and {@code Inspect
 * validate-message KIND FILE…}. Prints one line of JSON a file. Ends with status 0 when every file was read to an answer, 1
 * when one could not be read, 2 when nothing was done.
 */
public final class Inspect {

    private static final int GOOD = 0;
    private static final int UNREAD = 1;
    private static final int USAGE = 2;
    /** Told to the launcher: a file held this process up. It was answered; start anew for those after it. */
    private static final int AGAIN = 75;

    private static final Duration LIMIT = Duration.ofMillis(4_400);

    private final PrintStream out;
    private final Path home;
    private final Deadline deadline;

    private Inspect(PrintStream out, Path home, Deadline deadline) {
        this.out = out;
        this.home = home;
        this.deadline = deadline;
    }

    public static void main(String[] arguments) {
        // A library's warnings are no answer; what it could not do is said in the line of the file.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // Not System.exit: a thread that was given up may hold what the orderly end would wait for.
        // What the process has taken so far counts as time of the first file.
        var spent = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        Runtime.getRuntime().halt(run(List.of(arguments), out, new Deadline(LIMIT, spent)));
    }

    static int run(List<String> arguments, PrintStream out, Deadline deadline) {
        SafeXml.keepTheJdks();
        var line = Line.of(arguments);
        if (line.isEmpty() || line.get().files().isEmpty()) {
            out.println(
                    "Bekannt sind: verify [--policy P] [--content DATEI] DATEI…, validate-message ART [--schemas ORDNER] [--key"
                            + " DATEI] DATEI…; ART ist eine von " + String.join(", ", MessageKinds.NAMES));
            out.println(
                    "Known are: verify [--policy P] [--content FILE] FILE…, validate-message KIND [--schemas DIR] [--key FILE]"
                            + " FILE…; KIND is one of " + String.join(", ", MessageKinds.NAMES));
            return USAGE;
        }
        return new Inspect(out, line.get().path("--home").orElse(Path.of("")), deadline).run(line.get());
    }

    /**
     * What stands on the command line.
     *
     * @param words the command, and what it is told before its files
     */
    private record Line(List<String> words, Map<String, String> options, List<Path> files) {

        private static final Map<String, Set<String>> KNOWN = Map.of(
                "verify", Set.of("--home", "--skip", "--progress", "--policy", "--content"),
                "validate-message", Set.of("--home", "--skip", "--progress", "--schemas", "--key"));

        static Optional<Line> of(List<String> arguments) {
            var known = KNOWN.get(arguments.isEmpty() ? "" : arguments.get(0));
            if (known == null) return Optional.empty();
            var words = new ArrayList<String>();
            var options = new HashMap<String, String>();
            var all = arguments.iterator();
            while (all.hasNext()) {
                var word = all.next();
                if (word.equals("--")) {
                    all.forEachRemaining(words::add);
                } else if (!word.startsWith("--")) {
                    words.add(word);
                } else {
                    var equals = word.indexOf('=');
                    var name = equals < 0 ? word : word.substring(0, equals);
                    if (!known.contains(name) || equals < 0 && !all.hasNext()) return Optional.empty();
                    options.put(name, equals < 0 ? all.next() : word.substring(equals + 1));
                }
            }
            var before = words.get(0).equals("verify") ? 1 : 2;
            if (words.size() <= before) return Optional.empty();
            var files = words.stream().skip(before).map(Path::of).toList();
            return Optional.of(new Line(List.copyOf(words.subList(0, before)), options, files));
        }

        Optional<Path> path(String option) {
            return Optional.ofNullable(options.get(option)).map(Path::of);
        }

        int skip() {
            return Integer.parseInt(options.getOrDefault("--skip", "0"));
        }
    }

    /** What is said of one file, and what is said where it had to be given up or cannot be read. */
    private interface Question {
        String answer(Path file) throws Exception;

        String refusal(Path file, String code, String text);
    }

    private int run(Line line) {
        try {
            if (line.words().get(0).equals("verify"))
                return ask(
                        line,
                        new Verification(
                                new SignatureVerifier(policy(line), Clock.systemUTC()), line.path("--content")));
            var name = line.words().get(1);
            var kind = new MessageKinds(home, line.path("--schemas"), keys(line)).of(name);
            if (kind.isPresent()) return ask(line, new Validation(kind.get()));
            out.println("Die Art '" + name + "' gibt es nicht. Bekannt sind: " + String.join(", ", MessageKinds.NAMES));
            out.println("There is no kind '" + name + "'. Known are: " + String.join(", ", MessageKinds.NAMES));
            return USAGE;
        } catch (ConfigProblems problems) {
            out.println(problems.text(Locale.GERMAN));
            out.println(problems.text(Locale.ENGLISH));
            return USAGE;
        } catch (IOException e) {
            out.println("Nicht möglich: " + e);
            out.println("Not possible: " + e);
            return USAGE;
        }
    }

    private int ask(Line line, Question question) throws IOException {
        var unread = false;
        for (var i = line.skip(); i < line.files().size(); i++) {
            var file = line.files().get(i);
            try {
                out.println(
                        deadline.call(() -> question.answer(file), code -> question.refusal(file, code, given(code))));
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                unread = true;
                var why = Optional.ofNullable(e.getCause()).orElse(e).getClass().getSimpleName();
                out.println(question.refusal(
                        file,
                        "file.unreadable",
                        "The file cannot be read (" + why
                                + "). Nothing is known of it. Check its name and the rights to it."));
            }
            var progress = line.path("--progress");
            if (deadline.isStuck()
                    && progress.isPresent()
                    && i + 1 < line.files().size()) {
                Files.writeString(progress.get(), String.valueOf(i + 1));
                return AGAIN;
            }
        }
        return unread ? UNREAD : GOOD;
    }

    private static String given(String code) {
        return (switch (code) {
                    case "limit.time" -> "The check takes longer than " + LIMIT.toMillis() + " ms and was stopped.";
                    case "limit.memory" -> "The check needs more memory than one file may have and was stopped.";
                    default -> "The file is nested deeper than can be read; the check was stopped.";
                })
                + " The file is unchanged, nothing in it may be relied on. Ask the sender for a smaller or simpler one.";
    }

    /** A policy is a file, or the name of one in the home's {@code config/signatures}. */
    private SignaturePolicy policy(Line line) throws ConfigProblems, IOException {
        var given = line.path("--policy");
        if (given.isEmpty()) return SignaturePolicy.usual(home.resolve("config/trust"));
        if (Files.isDirectory(given.get())) return SignaturePolicy.usual(given.get());
        if (Files.isRegularFile(given.get())) return SignaturePolicy.read(given.get());
        var named = home.resolve("config/signatures").resolve(given.get() + ".yaml");
        if (Files.isRegularFile(named)) return SignaturePolicy.read(named);
        throw new IOException("there is neither a file " + given.get() + " nor " + named);
    }

    /** Those given, else those in the home, else such as lie beside the first file. */
    private TokenKeys keys(Line line) throws IOException {
        var given = line.path("--key");
        if (given.isPresent()) return TokenKeys.of(List.of(given.get()), true);
        var own = keyFiles(home.resolve("config/keys"));
        if (!own.isEmpty()) return TokenKeys.of(own, true);
        return TokenKeys.of(keyFiles(line.files().get(0).toAbsolutePath().getParent()), false);
    }

    private static List<Path> keyFiles(@Nullable Path folder) throws IOException {
        if (folder == null || !Files.isDirectory(folder)) return List.of();
        var files = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(folder, "*.jwk.json")) {
            all.forEach(files::add);
        }
        return files;
    }

    private static Content onDisk(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new IOException("not a file");
        return Content.of(String.valueOf(file.getFileName()), "application/octet-stream", file);
    }

    private record Verification(SignatureVerifier verifier, Optional<Path> content) implements Question {

        @Override
        public String answer(Path file) throws IOException {
            try {
                List<Content> signed = content.isEmpty() ? List.of() : List.of(onDisk(content.get()));
                return said(file, verifier.verify(onDisk(file), signed));
            } catch (UncheckedIOException e) {
                throw new IOException(e.getCause());
            }
        }

        private static String said(Path file, Verdict verdict) {
            return new JsonLine()
                    .text("file", file.toString())
                    .json("accepted", verdict.accepted())
                    .json(
                            "signatures",
                            verdict.signatures().stream()
                                    .map(Verification::said)
                                    .toList())
                    .json("error", verdict.accepted() ? "null" : error(verdict.code(), verdict.text()))
                    .toString();
        }

        private static JsonLine said(Found signature) {
            return new JsonLine()
                    .text("format", signature.format())
                    .text("indication", signature.indication())
                    .json(
                            "subIndication",
                            signature.subIndication().isEmpty() ? "null" : '"' + signature.subIndication() + '"')
                    .json("intact", signature.intact())
                    .text("covers", signature.covers().name().toLowerCase(Locale.ROOT));
        }

        @Override
        public String refusal(Path file, String code, String text) {
            return new JsonLine()
                    .text("file", file.toString())
                    .json("accepted", false)
                    .json("signatures", List.of())
                    .json("error", error(code, text))
                    .toString();
        }

        private static JsonLine error(String code, String text) {
            return new JsonLine().text("code", code).text("text", text);
        }
    }

    private record Validation(MessageKind kind) implements Question {

        @Override
        public String answer(Path file) throws IOException {
            return said(file, kind.check(onDisk(file)));
        }

        @Override
        public String refusal(Path file, String code, String text) {
            return said(file, new Outcome(Outcome.Result.REJECTED, code, "", 0, 0, text));
        }

        private static String said(Path file, Outcome outcome) {
            return new JsonLine()
                    .text("file", file.toString())
                    .text("outcome", outcome.result().name())
                    .optional("code", outcome.code())
                    .optional("version", outcome.version())
                    .json("line", outcome.line() == 0 ? "null" : outcome.line())
                    .json("column", outcome.column() == 0 ? "null" : outcome.column())
                    .text("text", outcome.text())
                    .toString();
        }
    }
}
