package de.stellwerk.samples.crash;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One hub on one data folder, with traffic on every channel: it is killed as often as one likes, and in the end the books are compared.
 * Between two kills nobody cleans up: what one kill leaves behind is what the next start finds.
 */
final class CrashRun implements AutoCloseable {

    /** So long a hub may work before it must have come to its crash point. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** So long the backlog of all kills may take to be worked off. */
    private static final Duration CLOSING_TIME = Duration.ofMinutes(5);

    /** So long a hub that all channels send to may take until so many messages are taken. */
    private static final Duration MOST_TRAFFIC = Duration.ofMinutes(10);

    private static final long PAUSE_MILLIS = 100;
    private static final Set<String> AT_EVERY_LOAD = Set.of("PLUGIN_EXAMINED", "PLUGIN_OPENED", "PLUGIN_TRIED");
    private static final Set<String> AT_EVERY_START = Set.of("PLUGIN_SWITCHED", "PLUGIN_NOTED");
    /** Where a version is given back that an operator does not want. */
    private static final Set<String> OF_A_RETURN = Set.of("PLUGIN_RETURNED", "PLUGIN_RETURN_NOTED");

    private final Scratch scratch;
    private final Victim victim;
    private final PrintStream out;
    private final long seed;
    private final Map<Channel, Channel.Ends> ends = new LinkedHashMap<>();
    private final List<Kill> kills = new ArrayList<>();
    private final long start = System.nanoTime();
    private final Journal journal;
    private final Traffic traffic;
    private final NewerBuilds builds;
    private final int plugins;
    private volatile String trouble = "";
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "books");
        thread.setDaemon(true);
        return thread;
    });

    private CrashRun(Scratch scratch, Victim victim, List<Channel> channels, long seed, PrintStream out)
            throws IOException {
        this.scratch = scratch;
        this.victim = victim;
        this.out = out;
        this.seed = seed;
        this.journal = new Journal(scratch.journal("kills"), Clock.systemUTC());
        for (var channel : channels) {
            ends.put(channel, channel.open(scratch, victim.admin()));
        }
        this.traffic = new Traffic(ends);
        this.builds = new NewerBuilds(scratch);
        this.plugins = jarsIn(scratch.home().folder().resolve("plugins/inbox"));
        reader.scheduleWithFixedDelay(this::readQuietly, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Makes the home anew, and starts what stands around the hub. The hub itself does not run yet.
     *
     * @throws IOException if something is not built or does not start
     */
    static CrashRun begin(Path home, Checkout checkout, List<Channel> channels, long seed, PrintStream out)
            throws IOException, InterruptedException {
        var unbuilt = checkout.unbuilt();
        if (!unbuilt.isEmpty()) {
            throw new IOException("Noch nicht gebaut: " + String.join(", ", unbuilt) + ". Bitte in " + checkout.folder()
                    + " ausführen: mvn -q -DskipTests package");
        }
        var scratch = Scratch.fresh(home, checkout, seed);
        for (var channel : channels) {
            channel.furnish(scratch);
        }
        scratch.finish();
        var victim = new Victim(scratch);
        victim.prepare();
        return new CrashRun(scratch, victim, channels, seed, out);
    }

    /**
     * Does what is planned.
     *
     * @param acknowledged a kill at any time comes when so many messages were taken in all
     * @param more and so much later
     */
    Kill kill(Matrix.Try planned, int acknowledged, Duration more) throws IOException, InterruptedException {
        return switch (planned.how()) {
            case POINT -> atPoint(planned.channel(), planned.point(), planned.nth());
            case SWAP -> atSwap(planned.channel(), planned.point());
            case SYSCALL -> atHandOver(planned.channel(), planned.nth());
            case RANDOM -> atRandom(acknowledged, more, false);
            case MACHINE -> atRandom(acknowledged, more, true);
        };
    }

    /**
     * Starts the hub, lets one channel send, drops a newer build of the plugin that its messages go through, and waits until the hub has
     * ended itself at a point of the swap.
     */
    private Kill atSwap(Channel channel, String point) throws IOException, InterruptedException {
        var began = System.nanoTime();
        // A start loads every plugin and passes some points once for each, others once for all; the swap comes after
        // that.
        var nth = AT_EVERY_LOAD.contains(point) ? plugins + 1 : AT_EVERY_START.contains(point) ? 2 : 1;
        victim.start(List.of("-Dstellwerk.crashpoint=" + point + ":" + nth));
        traffic.only(Set.of(channel));
        // What the kill before has interrupted goes on at this start, and may reach the point already.
        while (victim.runs() && !victim.ready() && since(began).compareTo(PATIENCE) < 0) {
            pause();
        }
        // Gone before this swap begins: that is a point of a swap only if one that was interrupted went on.
        var swaps = victim.runs() || !builds.version().isEmpty();
        var giveBack = OF_A_RETURN.contains(point);
        var before = giveBack ? awaitNoSwap() : "";
        builds.drop();
        if (giveBack) {
            giveBack(before);
        }
        var end = victim.awaitEnd(PATIENCE);
        var status = end.isPresent() ? end.getAsInt() : victim.kill(false);
        if (giveBack) {
            wantTheNewest();
        }
        return note(
                Kill.How.SWAP,
                point,
                channel.name(),
                nth,
                status,
                swaps && end.isPresent() && status == Victim.KILLED,
                began);
    }

    /** The version that takes all calls, as soon as no other is watched or stands by. */
    private String awaitNoSwap() throws IOException, InterruptedException {
        for (var begun = System.nanoTime(); since(begun).compareTo(PATIENCE) < 0; pause()) {
            var loaded = states().swapped();
            if (loaded.size() == 1 && loaded.containsValue("ACTIVE")) {
                return loaded.keySet().iterator().next();
            }
        }
        throw new IOException("a swap is not over after " + PATIENCE.toSeconds() + " s\n" + victim.lastWords());
    }

    /** The operator of a hub on which a newer build has just come gives it back; the hub ends while it is told so. */
    private void giveBack(String before) throws IOException, InterruptedException {
        for (var begun = System.nanoTime(); victim.runs() && since(begun).compareTo(PATIENCE) < 0; pause()) {
            try {
                if (states().swapped().containsKey(builds.version())) {
                    states().use(before);
                    return;
                }
            } catch (IOException e) {
                if (victim.runs() && !victim.awaitEnd(Duration.ofSeconds(5)).isPresent()) {
                    throw e;
                }
            }
        }
    }

    /** The operator takes the choice back, so that the next build is swapped in as usual. */
    private void wantTheNewest() throws IOException, InterruptedException {
        victim.start(List.of());
        victim.awaitReady();
        states().use("newest");
        victim.stop();
    }

    private States states() throws IOException {
        return new States(victim.admin(), ends);
    }

    /** Starts the hub, lets one channel send, and kills it from outside as a thread gives a file its name for the n-th time. */
    private Kill atHandOver(Channel channel, int nth) throws IOException, InterruptedException {
        var began = System.nanoTime();
        victim.start(List.of());
        victim.awaitReady();
        try (var tracer = Tracer.follow(victim.pid(), nth, scratch.home().logs().resolve("strace.txt"))) {
            traffic.only(Set.of(channel));
            var end = victim.awaitEnd(PATIENCE);
            var status = end.isPresent() ? end.getAsInt() : victim.kill(false);
            var call = tracer.lastCall();
            return note(
                    Kill.How.SYSCALL,
                    call.isEmpty() ? "no call" : call.replace(scratch.home().folder() + "/", ""),
                    channel.name(),
                    nth,
                    status,
                    end.isPresent() && status == Victim.KILLED && !call.isEmpty(),
                    began);
        }
    }

    /** What lies in the inbox when the hub starts: its own plugins, and what channels have laid there. */
    private static int jarsIn(Path inbox) throws IOException {
        try (var jars = Files.list(inbox)) {
            return (int) jars.filter(each -> each.toString().endsWith(".jar")).count();
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** Starts the hub, lets one channel send, and waits until the hub has ended itself at the n-th pass of a point. */
    private Kill atPoint(Channel channel, String point, int nth) throws IOException, InterruptedException {
        var began = System.nanoTime();
        victim.start(List.of("-Dstellwerk.crashpoint=" + point + ":" + nth));
        traffic.only(Set.of(channel));
        var end = victim.awaitEnd(PATIENCE);
        var status = end.isPresent() ? end.getAsInt() : victim.kill(false);
        return note(
                Kill.How.POINT, point, channel.name(), nth, status, end.isPresent() && status == Victim.KILLED, began);
    }

    /**
     * Starts the hub, lets all channels send until so many messages were taken in all, waits a little more, and kills it.
     *
     * @param withDatabase whether the database goes with it
     */
    private Kill atRandom(int acknowledged, Duration more, boolean withDatabase)
            throws IOException, InterruptedException {
        var began = System.nanoTime();
        victim.start(List.of());
        traffic.only(ends.keySet());
        while (acknowledged() < acknowledged && victim.runs() && since(began).compareTo(MOST_TRAFFIC) < 0) {
            pause();
            complain();
        }
        LockSupport.parkNanos(more.toNanos());
        var reached = victim.runs() && acknowledged() >= acknowledged;
        var status = victim.kill(withDatabase);
        return note(
                withDatabase ? Kill.How.MACHINE : Kill.How.RANDOM,
                withDatabase ? "hub and database" : "any time",
                "all",
                0,
                status,
                reached && status == Victim.KILLED,
                began);
    }

    private Kill note(Kill.How how, String where, String channel, int nth, int status, boolean reached, long began)
            throws IOException {
        var kill = new Kill(kills.size() + 1, how, where, channel, nth, status, reached, since(began));
        kills.add(kill);
        journal.note(
                "kill",
                "number",
                kill.number(),
                "how",
                how.name(),
                "where",
                where,
                "channel",
                channel,
                "nth",
                nth,
                "status",
                status,
                "reached",
                reached,
                "millis",
                kill.lived().toMillis());
        say(String.format(
                "Abbruch %d: %s%s, Kanal %s, nach %.1f s, quittiert %d%s",
                kill.number(),
                where,
                nth > 0 ? ":" + nth : "",
                channel,
                kill.lived().toMillis() / 1000.0,
                acknowledged(),
                reached ? "" : "  ✗ nicht erreicht (Status " + status + ")\n" + victim.lastWords()));
        complain();
        return kill;
    }

    /** Starts the hub and lets all channels send until so many messages were taken in all. */
    void sendUntil(int acknowledged) throws IOException, InterruptedException {
        victim.start(List.of());
        traffic.only(ends.keySet());
        var before = -1;
        for (var progress = System.nanoTime(); acknowledged() < acknowledged; pause()) {
            complain();
            if (acknowledged() > before) {
                before = acknowledged();
                progress = System.nanoTime();
            } else if (since(progress).compareTo(PATIENCE) > 0) {
                throw new IOException(
                        "the hub has taken nothing for " + PATIENCE.toSeconds() + " s\n" + victim.lastWords());
            }
        }
        victim.stop();
    }

    /** How many messages the senders were told are taken, so far. */
    int acknowledged() {
        return ends.values().stream()
                .mapToInt(each -> each.books().get(0).told())
                .sum();
    }

    List<Kill> kills() {
        return List.copyOf(kills);
    }

    /**
     * Starts the hub, lets everything that is under way come to its end, and compares the books. More kills may follow.
     *
     * @throws IOException if the hub falls over; if something does not come to its end, that stands in the result
     */
    Outcome settle() throws IOException, InterruptedException {
        victim.start(List.of());
        traffic.only(Set.of());
        victim.awaitReady();
        say("Der Hub läuft; was unterwegs ist, kommt an");
        var states = states();
        var open = states.awaitNothingUnderWay(this::atRest, CLOSING_TIME);
        read();
        var wrong = new ArrayList<String>();
        if (open > 0) {
            wrong.add(open + " messages or deliveries are still open after " + CLOSING_TIME.toMinutes() + " minutes");
        }
        wrong.addAll(states.illegal());
        wrong.addAll(states.pluginsThatAreNot(builds.version()));
        ends.forEach((channel, both) -> both.uneven().ifPresent(why -> wrong.add(channel.name() + ": " + why)));
        victim.stop();
        LedgerCheck.wrong(scratch, Map.of()).ifPresent(wrong::add);
        complain();
        return new Outcome(
                seed,
                kills(),
                ends.values().stream()
                        .flatMap(each -> each.books().stream())
                        .map(Book::tally)
                        .toList(),
                acknowledged(),
                List.copyOf(wrong),
                since(start));
    }

    /** Whether no sender waits for anything, and every journal has been read to its end. */
    private boolean atRest() throws IOException {
        complain();
        read();
        return traffic.quiet();
    }

    private void complain() throws IOException {
        for (var why : List.of(trouble, traffic.trouble())) {
            if (!why.isEmpty()) {
                throw new IOException(why);
            }
        }
    }

    private void readQuietly() {
        try {
            read();
        } catch (IOException | RuntimeException e) {
            trouble = "the books cannot be kept: " + e;
        }
    }

    private synchronized void read() throws IOException {
        for (var each : ends.values()) {
            each.read();
        }
    }

    private void say(String text) {
        out.printf("%5d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start), text);
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public void close() throws IOException {
        reader.shutdownNow();
        traffic.close();
        victim.close();
        journal.close();
    }
}
