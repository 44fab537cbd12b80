package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a run has shown: said while it goes on, and written at its end as JSON and as Markdown. */
final class Result {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Others than the bench with more of the machine than this make a figure doubtful. */
    private static final double DISTURBED = 0.1;

    private final Options options;
    private final Map<String, Object> head = new LinkedHashMap<>();
    private final List<Raw> raws = new ArrayList<>();
    private final List<Phase> phases = new ArrayList<>();
    private final Map<String, Object> figures = new LinkedHashMap<>();
    private double accepted;
    private double delivered;
    private double commits;
    private double cpu;
    private double p99;
    private double best;
    private int lost;
    private int doubled;
    private String disagreement = "";

    Result(Options options) throws IOException, InterruptedException {
        this.options = options;
        head.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        head.put("form", options.brief() ? "short" : "full");
        head.put(
                "commit",
                git("rev-parse", "--short", "HEAD")
                        + (git("status", "--porcelain").isEmpty() ? "" : " changed"));
        head.put("java", Runtime.version() + " " + System.getProperty("java.vm.vendor"));
        head.put("heap", System.getenv().getOrDefault("STELLWERK_HEAP", "1g"));
        head.put("options", System.getenv().getOrDefault("STELLWERK_JAVA_OPTS", ""));
        head.put("cores", Runtime.getRuntime().availableProcessors());
        head.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    private static String git(String... words) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("git"));
        all.addAll(List.of(words));
        try {
            var git = new ProcessBuilder(all).redirectErrorStream(true).start();
            var text = new String(git.getInputStream().readAllBytes(), UTF_8).strip();
            return git.waitFor() == 0 ? text : "unknown";
        } catch (IOException e) {
            return "unknown"; // an unpacked archive, or no git
        }
    }

    void sayHead() {
        head.forEach((name, value) -> say("%s: %s", name, value));
    }

    void add(Raw raw) {
        raws.add(raw);
        say(
                "%-22s %3d threads %9.0f/s %26s others %2.0f %%",
                raw.name(), raw.threads(), raw.perSecond(), "", 100 * raw.others());
    }

    Phase add(Phase phase) {
        phases.add(phase);
        if (phase.messages() > 100) {
            best = Math.max(best, phase.deliveredPerSecond());
        }
        say(
                "%-22s %3d senders %9.0f/s yes, p50 %.1f p99 %.1f ms; %.0f/s delivered, p50 %.0f p99 %.0f ms; CPU ms %.2f hub (%.2f of it JIT) %.2f database %.2f load; %.0f KiB; n=%d; others %.0f %%",
                phase.name(),
                phase.senders(),
                phase.acceptedPerSecond(),
                phase.answers().p50(),
                phase.answers().p99(),
                phase.deliveredPerSecond(),
                phase.ways().p50(),
                phase.ways().p99(),
                phase.hubMillis(),
                phase.compilerMillis(),
                phase.postgresMillis(),
                phase.ownMillis(),
                phase.allocatedKiB(),
                phase.messages(),
                100 * phase.others());
        return phase;
    }

    double bestDelivered() {
        return best;
    }

    /** Of the phase that everything is compared with; of the best one if that was left out. */
    double delivered() {
        return delivered > 0 ? delivered : best;
    }

    void small(Phase phase, double commitsPerSecond) {
        accepted = phase.acceptedPerSecond();
        delivered = phase.deliveredPerSecond();
        commits = commitsPerSecond;
        cpu = phase.hubMillis() + phase.postgresMillis();
        figures.put("commitsPerSecond", commits);
        figures.put("acceptedPerCommit", accepted / commits);
        figures.put("deliveredPerCommit", delivered / commits);
        figures.put("cpuMillisPerMessage", cpu);
        figures.put("cpuMillisPerMessageWithoutJit", cpu - phase.compilerMillis());
    }

    void half(Phase phase) {
        p99 = phase.answersFromDue().p99();
        figures.put("p99YesAtHalfLoadMillis", p99);
    }

    void backlog(int waiting, double ratio) {
        figures.put("backlog", waiting);
        figures.put("throughputWithBacklogRatio", ratio);
        say("throughput with %d waiting elsewhere: ratio %.2f", waiting, ratio);
    }

    void fair(double perTown, Spread steady, Spread besideFlood, Spread flooding) {
        var ratio = besideFlood.p95() / Math.max(0.001, steady.p95());
        figures.put("fairPerTownAndSecond", perTown);
        figures.put("fairSteadyP95Millis", steady.p95());
        figures.put("fairBesideFloodP95Millis", besideFlood.p95());
        figures.put("fairRatio", ratio);
        figures.put("fairFloodingP95Millis", flooding.p95());
        say(
                "19 towns at %.1f/s each, from yes to receiver: p95 %.0f ms, beside a flood of %.0f/s %.0f ms: ratio %.2f (the flood itself: %.0f ms)",
                perTown, steady.p95(), 100 * perTown, besideFlood.p95(), ratio, flooding.p95());
    }

    void memoryBefore(double live, double resident) {
        memory("Before", live, resident);
    }

    void memoryAfter(double live, double resident) {
        memory("After", live, resident);
    }

    private void memory(String when, double live, double resident) {
        figures.put("heapLive" + when + "MiB", live);
        figures.put("resident" + when + "MiB", resident);
        say("hub's memory: %.0f MiB live, %.0f MiB resident", live, resident);
    }

    void books(List<Book> books, String disagreementOfBooks) {
        lost = books.stream().mapToInt(Book::lost).sum();
        doubled = books.stream().mapToInt(Book::doubled).sum();
        disagreement = disagreementOfBooks;
        figures.put("sent", books.stream().mapToInt(Book::accepted).sum());
        figures.put("repeated", books.stream().mapToInt(Book::repeated).sum());
        figures.put("lost", lost);
        figures.put("doubled", doubled);
        figures.put("disagreement", disagreement);
    }

    /** Writes everything and says the last line; false if something was lost or doubled or the books differ. */
    boolean finish() throws IOException {
        var folder = options.out().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        var json = new LinkedHashMap<String, Object>(head);
        json.put("raw", raws);
        json.put("phases", phases);
        json.put("figures", figures);
        Files.write(Path.of(options.out() + ".json"), JSON.writeValueAsBytes(json));
        var last = String.format(
                Locale.ROOT,
                "accepted/commit=%.3f delivered/commit=%.3f cpu_ms_per_msg=%.2f p99_yes_ms=%.1f lost=%d doubled=%d",
                accepted / Math.max(1, commits),
                delivered / Math.max(1, commits),
                cpu,
                p99,
                lost,
                doubled);
        Files.writeString(Path.of(options.out() + ".md"), markdown(last));
        say("result: %s.json and .md", options.out());
        if (!disagreement.isEmpty()) {
            say("THE BOOKS DIFFER: %s", disagreement);
        }
        say("%s", last);
        return lost == 0 && doubled == 0 && disagreement.isEmpty();
    }

    private String markdown(String last) {
        var text = new StringBuilder("# bin/bench\n\n");
        head.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        text.append("\nPhases with more than 10 % of the machine used by others are marked with !\n\n");
        text.append("| Raw | threads | per second | others |\n|---|---|---|---|\n");
        for (var raw : raws) {
            text.append(
                    line("| %s | %d | %.0f | %s |", raw.name(), raw.threads(), raw.perSecond(), others(raw.others())));
        }
        text.append(
                "\n| Through the hub | senders | messages | yes/s | yes p50 / p99 ms | delivered/s | yes to receiver p50 / p99 ms "
                        + "| CPU ms hub (JIT) / database / load | KiB allocated | RSS MiB | later | others |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (var phase : phases) {
            text.append(line(
                    "| %s | %d | %d | %.0f | %.1f / %.1f | %.0f | %.0f / %.0f | %.2f (%.2f) / %.2f / %.2f | %.0f | %.0f | %d | %s |",
                    phase.name(),
                    phase.senders(),
                    phase.messages(),
                    phase.acceptedPerSecond(),
                    phase.answers().p50(),
                    phase.answers().p99(),
                    phase.deliveredPerSecond(),
                    phase.ways().p50(),
                    phase.ways().p99(),
                    phase.hubMillis(),
                    phase.compilerMillis(),
                    phase.postgresMillis(),
                    phase.ownMillis(),
                    phase.allocatedKiB(),
                    phase.residentMiB(),
                    phase.later(),
                    others(phase.others())));
        }
        text.append("\n| Figure | |\n|---|---|\n");
        figures.forEach((name, value) -> text.append(line(
                "| %s | %s |",
                name, value instanceof Double number ? String.format(Locale.ROOT, "%.3f", number) : value)));
        return text.append("\n`").append(last).append("`\n").toString();
    }

    private static String others(double share) {
        return String.format(Locale.ROOT, "%.0f %%%s", 100 * share, share > DISTURBED ? " !" : "");
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + "\n";
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
