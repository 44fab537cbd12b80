package de.stellwerk.hub.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A swap that is not over: both versions are loaded, and the fresh one is watched. The version before takes over again if the fresh one
 * does worse. Guarded by the lock of {@link Plugins}.
 */
final class Swap {

    enum Stage {
        /** One municipality uses the fresh version, the others the one before. */
        CANARY,
        /** All use the fresh version, the one before stands by. */
        ALL
    }

    /** A fresh version may fail so much more often than the one before, in calls of a hundred. */
    private static final double TOLERATED = 0.10;

    /** Nor may a call take so many times as long on average, if it takes longer than {@link #SLOW}. */
    private static final int SLOWER = 10;

    private static final Duration SLOW = Duration.ofSeconds(1);

    /** Looks are seconds apart: of a longer step of the clock, more than this was not watched. */
    private static final Duration LONGEST_STEP = Duration.ofMinutes(1);

    final LoadedPlugin old;
    final LoadedPlugin fresh;
    final String canary;
    private final Set<String> connectors;
    private Stage stage;
    private Instant begun;
    private Instant since;
    private Instant looked;
    private Duration watched = Duration.ZERO;

    /** @param canary the AGS of the municipality that uses the fresh version first; empty if all do at once */
    Swap(LoadedPlugin old, LoadedPlugin fresh, String canary, Instant begun, Stage stage, Instant since) {
        this.old = old;
        this.fresh = fresh;
        this.canary = canary;
        this.begun = begun;
        // Kept as text: when the report is made, one of the two is closed.
        this.connectors = Stream.of(old, fresh)
                .flatMap(plugin -> plugin.offers().stream())
                .map(offer -> offer.descriptor().name())
                .collect(Collectors.toUnmodifiableSet());
        this.stage = stage;
        this.since = since;
        this.looked = since;
    }

    Set<String> connectors() {
        return connectors;
    }

    /** When it began, by the clock as it is set now. */
    Instant begun() {
        return begun;
    }

    /** When the stage began, by the clock as it is set now. */
    Instant since() {
        return since;
    }

    Stage stage() {
        return stage;
    }

    void forAll(Instant now) {
        stage = Stage.ALL;
        since = now;
        looked = now;
        watched = Duration.ZERO;
    }

    /**
     * To be told of every look, because only what lies between looks is watched. A clock that is set back makes the watch no longer, and one
     * that is set forward ends none; what the ledger is asked later goes by the clock as it is set then.
     */
    void look(Instant now) {
        var step = Duration.between(looked, now);
        looked = now;
        if (step.isNegative()) {
            begun = begun.plus(step);
            since = since.plus(step);
        } else {
            watched = watched.plus(step.compareTo(LONGEST_STEP) < 0 ? step : LONGEST_STEP);
        }
    }

    boolean hasBeenWatched(Duration watch) {
        return watched.compareTo(watch) >= 0;
    }

    /**
     * Why the fresh version does worse than the one before; empty if it does not, or if too few of its calls have failed to say so.
     *
     * @param returnAfter so many of its calls must have failed, or taken too long
     */
    Optional<Reason> worse(int returnAfter) {
        return worse(old.tally().count(), fresh.tally().count(), returnAfter);
    }

    static Optional<Reason> worse(Tally.Count before, Tally.Count now, int returnAfter) {
        if (now.failed() >= returnAfter && now.share() > before.share() + TOLERATED) {
            return Optional.of(new Reason(
                    "plugin.returned",
                    now.failed() + " of its " + now.calls() + " calls failed; of the version before, " + before.failed()
                            + " of " + before.calls() + ".",
                    now.failed() + " seiner " + now.calls() + " Aufrufe sind fehlgeschlagen; bei der Version davor "
                            + before.failed() + " von " + before.calls() + "."));
        }
        if (before.calls() > 0
                && now.calls() >= returnAfter
                && now.mean().compareTo(SLOW) > 0
                && now.mean().compareTo(before.mean().multipliedBy(SLOWER)) > 0) {
            return Optional.of(new Reason(
                    "plugin.returned",
                    "A call took " + now.mean().toMillis() + " ms on average; of the version before, "
                            + before.mean().toMillis() + " ms.",
                    "Ein Aufruf dauerte im Mittel " + now.mean().toMillis() + " ms; bei der Version davor "
                            + before.mean().toMillis() + " ms."));
        }
        return Optional.empty();
    }
}
