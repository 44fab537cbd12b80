package de.stellwerk.hub.bench.nodes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;

/**
 * Nodes that share one database, event by event. A message passes four steps, and each ends with a commit: taken, routed, begun,
 * delivered. A step costs CPU of its node; then the message waits for the node's next commit of that step, which takes along all that
 * wait. A commit costs CPU of the database, and its time on the disk, where one goes after the other. There is always enough to do.
 */
final class ClusterModel {

    private static final int STEPS = 4;

    /** A commit takes along not more than this. */
    private static final int LARGEST_COMMIT = 200;

    /** Messages under way on each node: what its senders and its lanes hold. */
    private static final int UNDER_WAY = 256;

    private static final double WARM = 2;
    private static final double MEASURED = 8;

    /**
     * What came of it.
     *
     * @param perSecond messages delivered
     * @param hub how busy the nodes' cores were, from 0 to 1
     * @param database the same of the database's cores; those of the node if they share them
     * @param disk the same of the disk that the database commits to
     * @param joined rows in a commit, on average
     */
    record Outcome(int nodes, double perSecond, double hub, double database, double disk, double joined) {

        /** What is nearest to its end. */
        String bottleneck() {
            if (disk >= hub && disk >= database) {
                return "Commits";
            }
            return database > hub ? "CPU Datenbank" : "CPU Knoten";
        }
    }

    private record Event(double at, long order, Runnable what) {}

    /** So many that work at once; the rest waits in order. */
    private final class Servers {

        private final int count;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int busy;
        private double worked;

        Servers(int count) {
            this.count = count;
        }

        /** @param seconds what it takes on average */
        void work(double seconds, Runnable then) {
            waiting.add(() -> {
                var takes = seconds * (0.5 + random.nextDouble());
                if (now >= WARM) {
                    worked += takes;
                }
                after(takes, () -> {
                    busy--;
                    then.run();
                    next();
                });
            });
            next();
        }

        private void next() {
            while (busy < count && !waiting.isEmpty()) {
                busy++;
                waiting.remove().run();
            }
        }

        double use() {
            return Math.min(1, worked / count / MEASURED);
        }
    }

    /** Takes along whatever waits, one commit at a time. */
    private final class Writer {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean writing;

        void write(Runnable then) {
            waiting.add(then);
            next();
        }

        private void next() {
            if (writing || waiting.isEmpty()) {
                return;
            }
            writing = true;
            var all = new ArrayList<Runnable>();
            while (all.size() < LARGEST_COMMIT && !waiting.isEmpty()) {
                all.add(waiting.remove());
            }
            commits++;
            rows += all.size();
            databaseCores.work(
                    all.size() * given.databaseMillis() / 1_000 / STEPS,
                    () -> disk.work(given.perCommit() + all.size() * given.perRow(), () -> {
                        writing = false;
                        all.forEach(Runnable::run);
                        next();
                    }));
        }
    }

    private final class Node {

        private final Servers cores;
        private final List<Writer> writers = new ArrayList<>();

        Node(Servers cores) {
            this.cores = cores;
            for (var i = 0; i < STEPS; i++) {
                writers.add(new Writer());
            }
        }

        void message() {
            cores.work(given.alone() ? given.loadMillis() / 1_000 : 0, () -> step(0));
        }

        private void step(int number) {
            cores.work(
                    given.hubMillis() / 1_000 / STEPS, () -> writers.get(number).write(() -> {
                        if (number + 1 < STEPS) {
                            step(number + 1);
                        } else {
                            if (now >= WARM) {
                                delivered++;
                            }
                            message();
                        }
                    }));
        }
    }

    private final Given given;
    private final Random random;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::order));
    private final List<Servers> nodeCores = new ArrayList<>();
    private final Servers databaseCores;
    private final Servers disk = new Servers(1);
    private double now;
    private long order;
    private long delivered;
    private long commits;
    private long rows;

    private ClusterModel(Given given, int nodes, long seed) {
        this.given = given;
        this.random = new Random(seed);
        for (var i = 0; i < nodes; i++) {
            nodeCores.add(new Servers(given.cores()));
        }
        this.databaseCores = given.alone() ? nodeCores.get(0) : new Servers(given.databaseCores());
    }

    /** @throws IllegalArgumentException if several nodes are to share a machine with their database */
    static Outcome run(Given given, int nodes, long seed) {
        if (given.alone() && nodes != 1) {
            throw new IllegalArgumentException("only a single node can share its machine with the database");
        }
        return new ClusterModel(given, nodes, seed).run();
    }

    private Outcome run() {
        for (var cores : nodeCores) {
            var node = new Node(cores);
            for (var i = 0; i < UNDER_WAY; i++) {
                node.message();
            }
        }
        for (var event = events.remove(); event.at() < WARM + MEASURED; event = events.remove()) {
            now = event.at();
            event.what().run();
        }
        return new Outcome(
                nodeCores.size(),
                delivered / MEASURED,
                nodeCores.stream().mapToDouble(Servers::use).average().orElseThrow(),
                databaseCores.use(),
                disk.use(),
                (double) rows / commits);
    }

    private void after(double seconds, Runnable what) {
        events.add(new Event(now + seconds, order++, what));
    }
}
