package de.stellwerk.hub.delivery;

import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.LedgerMutants;
import de.stellwerk.hub.ledger.MemoryLedger;
import de.stellwerk.hub.ledger.MemoryStore;
import java.time.Clock;
import java.util.function.LongSupplier;

/** Ways to build the core wrongly. The simulation must find each. */
enum Mutant {
    /** None: the core as it is. */
    NONE,
    /** An outcome counts, whoever holds the attempt now. */
    FORGETS_WHOSE_ATTEMPT,
    /** Takes over attempts of nodes that live. */
    ROBS_THE_LIVING,
    /** An attempt is not written down before it is made. */
    CALLS_BEFORE_IT_WRITES,
    /** A delivery goes out before those of its key that come first. */
    FORGETS_THE_ORDER,
    /** A stuck delivery holds up its whole connection. */
    ONE_STUCK_HOLDS_UP_ALL,
    /** A set that is only partly written loses what was not. */
    LOSES_A_DELIVERY,
    /** Says yes before it is durable. */
    SAYS_YES_TOO_EARLY,
    /** A message that comes again is another message. */
    FORGETS_WHAT_CAME,
    /** A node that stood still for longer than its lease goes on with what it had claimed. */
    GOES_ON_AFTER_A_STALL,
    /** Repeats after an unknown outcome though the target does not recognise it. */
    REPEATS_AFTER_UNKNOWN,
    /** What the broker has lost stays lost. */
    NEVER_SWEEPS,
    /** A message that kills the hub may do so for ever. */
    NEVER_PARKS_WHAT_KILLS,
    /** What was routed beside a message that kills is held to kill as well. */
    BLAMES_THE_NEIGHBOURS,
    /** What was routed when something else killed the hub is held to kill. */
    NEVER_ACQUITS;

    Ledger ledger(MemoryStore store, Clock clock, LongSupplier epoch) {
        return switch (this) {
            case FORGETS_WHOSE_ATTEMPT -> LedgerMutants.forgetsWhoseAttempt(store, clock, epoch);
            case ROBS_THE_LIVING -> LedgerMutants.robsTheLiving(store, clock, epoch);
            case CALLS_BEFORE_IT_WRITES -> LedgerMutants.callsBeforeItWrites(store, clock, epoch);
            case FORGETS_THE_ORDER -> LedgerMutants.forgetsTheOrder(store, clock, epoch);
            case ONE_STUCK_HOLDS_UP_ALL -> LedgerMutants.oneStuckHoldsUpAll(store, clock, epoch);
            case LOSES_A_DELIVERY -> LedgerMutants.losesADelivery(store, clock, epoch);
            case SAYS_YES_TOO_EARLY -> LedgerMutants.saysYesTooEarly(store, clock, epoch);
            case FORGETS_WHAT_CAME -> LedgerMutants.forgetsWhatCame(store, clock, epoch);
            case NEVER_PARKS_WHAT_KILLS -> LedgerMutants.neverParksWhatKills(store, clock, epoch);
            case BLAMES_THE_NEIGHBOURS -> LedgerMutants.blamesTheNeighbours(store, clock, epoch);
            case NEVER_ACQUITS -> LedgerMutants.neverAcquits(store, clock, epoch);
            case NONE, GOES_ON_AFTER_A_STALL, REPEATS_AFTER_UNKNOWN, NEVER_SWEEPS ->
                new MemoryLedger(store, clock, epoch);
        };
    }

    boolean trusts(int claimedIn, int term) {
        return this == GOES_ON_AFTER_A_STALL || claimedIn == term;
    }

    boolean sweeps() {
        return this != NEVER_SWEEPS;
    }

    boolean repeatsAfterUnknown() {
        return this == REPEATS_AFTER_UNKNOWN;
    }
}
