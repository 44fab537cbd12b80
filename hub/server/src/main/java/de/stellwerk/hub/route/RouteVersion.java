package de.stellwerk.hub.route;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Consumer;
import org.jspecify.annotations.Nullable;

/** A route as one state of its files says: everything checked and compiled, ready for Camel. */
final class RouteVersion {

    /** A step and where it stands. */
    record Prepared(Place place, Step step) {}

    private final String id;
    private final String hash;
    private final Place place;
    private final RouteKey key;
    private final List<Prepared> steps;
    private final String camel;

    private volatile @Nullable Consumer consumer;
    private int running;
    private boolean retired;

    RouteVersion(String id, String hash, Place place, RouteKey key, List<Prepared> steps, Tree camel) {
        this.id = id;
        this.hash = hash;
        this.place = place;
        this.key = key;
        this.steps = List.copyOf(steps);
        this.camel = CamelText.of(camel);
    }

    String id() {
        return id;
    }

    /** {@code id@hash}. */
    String name() {
        return id + "@" + hash;
    }

    Place place() {
        return place;
    }

    RouteKey key() {
        return key;
    }

    Optional<Prepared> step(int number) {
        return number >= 0 && number < steps.size() ? Optional.of(steps.get(number)) : Optional.empty();
    }

    /** The route as Camel reads it. */
    String camel() {
        return camel;
    }

    /** Where messages go in, while it is started in the live context. */
    Optional<Consumer> consumer() {
        return Optional.ofNullable(consumer);
    }

    void started(Consumer value) {
        consumer = value;
    }

    /** Begins a run, unless a newer version has taken over: then ask again which one runs. */
    synchronized boolean enter() {
        if (retired) return false;
        running++;
        return true;
    }

    synchronized void leave() {
        running--;
        notifyAll();
    }

    /** No run begins from now on. */
    synchronized void retire() {
        retired = true;
    }

    /** Takes runs again. */
    synchronized void resume() {
        retired = false;
    }

    /** Waits until no run is under way, at most so long. */
    synchronized void awaitIdle(Duration most) {
        var until = System.nanoTime() + most.toNanos();
        try {
            for (var left = most.toMillis(); running > 0 && left > 0; left = (until - System.nanoTime()) / 1_000_000)
                wait(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized boolean idle() {
        return running == 0;
    }
}
