package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One version of a plugin with the place where it runs, its factories and every connector they have opened. Callers enter before and leave
 * after each call, so that it can be closed when the last one has left.
 */
final class LoadedPlugin {

    /** A connector one can open. */
    record Offer(LoadedPlugin plugin, ConnectorFactory factory, ConnectorDescriptor descriptor) {}

    private final PluginJar jar;
    private final Dwelling dwelling;
    private final Checks checks;
    private final Crew crew;
    private final Tally tally = new Tally();
    private final List<Connector> opened = new ArrayList<>();
    private List<Offer> offers = List.of();
    private int inside;
    private boolean ended;
    private volatile int threads;

    LoadedPlugin(PluginJar jar, Dwelling dwelling, Checks checks) {
        this.jar = jar;
        this.dwelling = dwelling;
        this.checks = checks;
        this.crew = new Crew(jar.id() + "-" + jar.version(), dwelling.loader());
    }

    PluginJar jar() {
        return jar;
    }

    Dwelling dwelling() {
        return dwelling;
    }

    /** The threads its code runs on. */
    Crew crew() {
        return crew;
    }

    /** How its calls ended. */
    Tally tally() {
        return tally;
    }

    /** How many threads it has of its own, as of the last look. */
    int threads() {
        return threads;
    }

    void threads(int own) {
        threads = own;
    }

    /** What it takes of the machine, for people, without a code. */
    Reason takes() {
        return threads == 0
                ? dwelling.process()
                : new Reason("", threads + " threads of its own in the hub.", threads + " eigene Threads im Hub.");
    }

    /** What its jar was held against. */
    Checks checks() {
        return checks;
    }

    synchronized List<Offer> offers() {
        return offers;
    }

    synchronized void offers(List<Offer> all) {
        offers = List.copyOf(all);
    }

    /** False if it has ended; whoever asks has to look for its successor then. */
    synchronized boolean enter() {
        if (!ended) {
            inside++;
        }
        return !ended;
    }

    synchronized void leave() {
        inside--;
        notifyAll();
    }

    synchronized void opened(Connector connector) {
        opened.add(connector);
    }

    /** Nobody enters any more. */
    synchronized void end() {
        ended = true;
    }

    /** True if the last caller has left within the time; call {@link #end} first. */
    synchronized boolean isLeftWithin(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); inside > 0 && left > 0; left = end - System.nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
        return inside == 0;
    }

    /** Everything that is to be closed, connectors before factories; it is handed out once. */
    synchronized List<AutoCloseable> closeables() {
        var all = new ArrayList<AutoCloseable>(opened);
        offers.forEach(offer -> all.add(offer.factory()));
        opened.clear();
        offers = List.of();
        return all;
    }

    /** Lets go of its threads and of the place where it runs; to be called when everything it has opened is closed. */
    void close() {
        crew.close();
        dwelling.close();
    }
}
