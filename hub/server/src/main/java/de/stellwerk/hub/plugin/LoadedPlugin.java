package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One version of a plugin with its class loader, its factories and every connector they have opened. Callers enter before and leave
 * after each call, so that it can be closed when the last one has left.
 */
final class LoadedPlugin {

    /** A connector one can open. */
    record Offer(LoadedPlugin plugin, ConnectorFactory factory, ConnectorDescriptor descriptor) {}

    private final PluginJar jar;
    private final Wall wall;
    private final Checks checks;
    private final List<Connector> opened = new ArrayList<>();
    private List<Offer> offers = List.of();
    private int inside;
    private boolean ended;

    LoadedPlugin(PluginJar jar, Wall wall, Checks checks) {
        this.jar = jar;
        this.wall = wall;
        this.checks = checks;
    }

    PluginJar jar() {
        return jar;
    }

    Wall wall() {
        return wall;
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
}
