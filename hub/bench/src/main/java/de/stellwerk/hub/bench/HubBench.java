package de.stellwerk.hub.bench;

import de.stellwerk.hub.bench.Options.Part;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The whole way through the hub beside what its database and its broker can do alone, in one run on one disk: REST in, schema and
 * stylesheet, a file and a JMS message out, the ledger complete. Run {@code bin/bench} after a build.
 *
 * <p>The bench sends and receives in a process of its own and compares its own record of both; the hub's word is only compared with it.
 * Raw figures are taken before and after the phase they are compared with, so that a machine that changes its pace shows.
 */
public final class HubBench {

    private static final int SMALL = 2 << 10;
    private static final int MEDIUM = 20 << 10;
    private static final int LARGE = 5 << 20;
    private static final int SESSIONS = 32;
    private static final int FEW = 16;
    private static final int MANY = 64;
    private static final int FLOOD = 100;
    private static final int WARM_UP_ROUND = 3;
    private static final int WARM_UP_MOST = 50_000;

    private final Options options;
    private final Pace pace;
    private final Result result;

    private HubBench(Options options) throws IOException, InterruptedException {
        this.options = options;
        this.pace = options.brief() ? Pace.BRIEF : Pace.FULL;
        this.result = new Result(options);
    }

    /**
     * How long things are measured, in seconds.
     *
     * @param warmUp at least so long
     * @param longestWarmUp at most so long, while the hub still gets quicker
     * @param drain how long the delivery of what a phase has sent may take, by the pace so far; it bounds how many are sent
     * @param large how many messages with large attachments
     */
    private record Pace(int raw, int warmUp, int longestWarmUp, int phase, int shortPhase, int drain, int large) {
        private static final Pace BRIEF = new Pace(2, 25, 100, 8, 5, 14, 32);
        private static final Pace FULL = new Pace(8, 90, 180, 30, 20, 90, 200);
    }

    /** What is used in all phases. */
    private record Ground(BenchHome home, HubProcess hub, Track track, RawPostgres postgres, Form small) {

        /** From one town, as fast as the hub answers. */
        Load load(Form form, int senders, int most, int seconds) {
            return new Load(form, BenchHome.TOWN, senders, most, Duration.ofSeconds(seconds), 0, 0);
        }

        Phase run(String name, Load load) throws Exception {
            return track.run(name, List.of(load));
        }
    }

    public static void main(String[] words) throws Exception {
        if (List.of(words).contains("--help")) {
            System.out.println(Options.HELP);
            return;
        }
        Options options;
        try {
            options = Options.of(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(new HubBench(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        result.sayHead();
        var home = BenchHome.fresh(options.work().resolve("home"));
        home.makeDatabase();
        var recording = options.profile()
                .map(file -> List.of("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file))
                .orElse(List.of());
        var hub = HubProcess.start(home, recording);
        Instant warm;
        try (hub) {
            var receivers = Receivers.start(home);
            try (receivers) {
                warm = measure(home, hub, receivers);
            }
        }
        if (options.profile().isPresent()) {
            System.out.print(Profile.of(options.profile().get(), warm).text());
        }
        return result.finish();
    }

    /** @return when the warm-up was over */
    private Instant measure(BenchHome home, HubProcess hub, Receivers receivers) throws Exception {
        var complaints = hub.complaints();
        if (!complaints.isEmpty()) {
            throw new IOException("the hub does not take the bench's routes: " + complaints);
        }
        var postgres = new RawPostgres(home);
        postgres.prepare();
        var small = Form.of("2 KiB", SMALL, home.key(), home.port());
        var ground = new Ground(home, hub, new Track(home, hub, receivers), postgres, small);

        postgres.measure(SESSIONS, Duration.ofSeconds(1)); // the bench's own JIT
        for (var sessions : List.of(1, 8)) {
            commits(ground, sessions);
        }
        if (options.has(Part.BROKER)) {
            broker(ground);
        }
        warmUp(ground);
        var warm = Instant.now();
        result.memoryBefore(hub.liveMiB(), Machine.residentMiB(hub.handle()));
        if (options.has(Part.FEW)) {
            result.add(ground.run("2 KiB", ground.load(small, 1, most(pace.shortPhase()), pace.shortPhase())));
            result.add(ground.run("2 KiB", ground.load(small, FEW, most(pace.phase()), pace.phase())));
        }
        if (options.has(Part.SMALL)) {
            small(ground);
        }
        if (options.has(Part.HALF)) {
            half(ground);
        }
        if (options.has(Part.MEDIUM)) {
            medium(ground);
        }
        if (options.has(Part.LARGE)) {
            large(ground);
        }
        if (options.has(Part.FAIR)) {
            fair(ground);
        }
        result.memoryAfter(hub.liveMiB(), Machine.residentMiB(hub.handle()));
        if (options.has(Part.BACKLOG)) {
            backlog(ground);
        }
        result.books(ground.track().books(), ground.track().disagreement());
        return warm;
    }

    /**
     * A hub runs for months, so what is measured is one whose code is compiled: it is warm when two rounds in a row were not quicker than
     * the best before, or when the time is up. Each round is shown.
     */
    private void warmUp(Ground ground) throws Exception {
        var begin = System.nanoTime();
        var least = Duration.ofSeconds(pace.warmUp()).toNanos();
        var most = Duration.ofSeconds(pace.longestWarmUp()).toNanos();
        var best = 0.0;
        var steady = 0;
        while (System.nanoTime() - begin < (steady < 2 ? most : least)) {
            var round = result.add(
                    ground.run("warm-up, not counted", ground.load(ground.small(), MANY, WARM_UP_MOST, WARM_UP_ROUND)));
            steady = round.deliveredPerSecond() > 1.03 * best ? 0 : steady + 1;
            best = Math.max(best, round.deliveredPerSecond());
        }
    }

    private void small(Ground ground) throws Exception {
        var before = commits(ground, SESSIONS);
        var load = ground.load(ground.small(), MANY, most(pace.phase()), pace.phase());
        var phase = result.add(ground.run("2 KiB", load));
        var after = commits(ground, SESSIONS);
        result.small(phase, (before + after) / 2);
    }

    /**
     * Half of what the whole way carried, from as many senders, each form at its time. What is accepted in a burst is more than that: half of
     * it would be a machine that is full.
     */
    private void half(Ground ground) throws Exception {
        var rate = result.delivered() / 2;
        var most = Math.min(most(pace.phase()), (int) (rate * pace.phase()));
        var load = new Load(ground.small(), BenchHome.TOWN, MANY, most, Duration.ofSeconds(pace.phase()), rate, 0);
        result.half(result.add(ground.run("2 KiB, half load", load)));
    }

    private void medium(Ground ground) throws Exception {
        var form = Form.of("20 KiB", MEDIUM, ground.home().key(), ground.home().port());
        for (var senders : options.brief() ? List.of(FEW) : List.of(1, FEW, MANY)) {
            var load = ground.load(form, senders, most(pace.shortPhase()), pace.shortPhase());
            result.add(ground.run(form.name(), load));
        }
    }

    private void large(Ground ground) throws Exception {
        var home = ground.home();
        var form = Form.with("2 KiB + 5 MiB", SMALL, LARGE, home.key(), home.port());
        for (var senders : options.brief() ? List.of(FEW) : List.of(1, FEW, MANY)) {
            result.add(ground.run(form.name(), ground.load(form, senders, pace.large(), pace.phase())));
        }
    }

    /** The same once more while another town's messages wait for connections that are paused. */
    private void backlog(Ground ground) throws Exception {
        var load = ground.load(ground.small(), MANY, most(pace.phase()), pace.phase());
        var without = result.add(ground.run("2 KiB, no backlog", load));
        for (var connection : List.of(BenchHome.FILES, BenchHome.REGISTER)) {
            ground.hub().pause(BenchHome.BACKLOG_TOWN, connection);
        }
        Backlog.load(ground.home(), BenchHome.BACKLOG_TOWN, options.backlog());
        ground.track().ignoreOpen();
        var with = result.add(ground.run("2 KiB, " + options.backlog() + " waiting elsewhere", load));
        result.backlog(options.backlog(), with.deliveredPerSecond() / without.deliveredPerSecond());
    }

    /**
     * Twenty towns at a rate that together is a fifth of what the hub delivered before; then one sends a hundred times as much, which
     * alone is all the hub delivered before.
     */
    private void fair(Ground ground) throws Exception {
        var towns = BenchHome.fairTowns();
        var track = ground.track();
        var rate = Math.max(0.5, result.delivered() / FLOOD);
        var time = Duration.ofSeconds(pace.phase() * 2L);
        var calm = new ArrayList<Load>();
        for (var i = 0; i < towns.size(); i++) {
            var most = (int) (rate * time.toSeconds()) + 1;
            calm.add(new Load(ground.small(), towns.get(i), 2, most, time, rate, (double) i / towns.size()));
        }
        result.add(track.run("20 towns, steady", calm));
        var steady = others(track);

        var floodMost = (int) (rate * FLOOD * time.toSeconds());
        var flood = new ArrayList<>(calm);
        flood.set(0, new Load(ground.small(), towns.get(0), MANY, floodMost, time, rate * FLOOD, 0));
        result.add(track.run("20 towns, one floods", flood));
        var flooding = track.books().get(track.books().size() - towns.size());
        result.fair(rate, steady, others(track), Spread.of(flooding.ways()));
    }

    /** From the yes to the receiver for all towns of the last phase but the first. */
    private static Spread others(Track track) {
        var books = track.books();
        Stream<Book> last = books.subList(books.size() - BenchHome.FAIR_TOWNS + 1, books.size()).stream();
        return Spread.of(last.flatMapToLong(Book::ways));
    }

    private double commits(Ground ground, int sessions) throws Exception {
        var before = ground.track().machine();
        var perSecond = ground.postgres().measure(sessions, Duration.ofSeconds(pace.raw()));
        var used = ground.track().machine().since(before);
        result.add(new Raw("commits", sessions, perSecond, used.others()));
        return perSecond;
    }

    private void broker(Ground ground) throws Exception {
        try (var broker = RawBroker.start(ground.home().scratch("broker"))) {
            broker.measure(FEW, Duration.ofSeconds(1)); // the bench's own JIT
            for (var threads : List.of(1, FEW, MANY)) {
                var before = ground.track().machine();
                var perSecond = broker.measure(threads, Duration.ofSeconds(Math.min(4, pace.raw())));
                var used = ground.track().machine().since(before);
                result.add(new Raw("durable sends", threads, perSecond, used.others()));
            }
        }
    }

    /** As many as are sent and delivered within the phase and its drain, by the best pace so far. */
    private int most(int seconds) {
        return (int) Math.max(200, result.bestDelivered() * (seconds + pace.drain()));
    }
}
