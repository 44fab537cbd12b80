package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.MemoryStore.DeliveryRow;
import de.stellwerk.hub.ledger.MemoryStore.Sending;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Ledgers with one fault each, to see whether the simulation finds it. */
public final class LedgerMutants {

    private LedgerMutants() {}

    public static Ledger forgetsWhoseAttempt(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            public Concluded concluded(List<Outcome> outcomes) {
                for (var outcome : outcomes) {
                    var due = outcome.delivery();
                    store.deliveries.get(due.id()).state = DeliveryState.WAITING;
                    store.sending.put(due.id(), new Sending(due.epoch(), due.attempt(), due.takenOver()));
                }
                return super.concluded(outcomes);
            }
        };
    }

    public static Ledger robsTheLiving(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean isLeftOpen(Sending open) {
                return open.epoch() != epoch.getAsLong();
            }
        };
    }

    public static Ledger callsBeforeItWrites(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            public List<DueDelivery> claimDeliveries(List<String> ids) {
                var claimed = super.claimDeliveries(ids);
                claimed.forEach(due -> store.sending.remove(due.id()));
                return claimed;
            }

            @Override
            public Concluded concluded(List<Outcome> outcomes) {
                outcomes.forEach(each -> store.sending.put(
                        each.delivery().id(),
                        new Sending(each.delivery().epoch(), each.delivery().attempt(), false)));
                return super.concluded(outcomes);
            }
        };
    }

    public static Ledger forgetsTheOrder(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean hasItsTurn(DeliveryRow row) {
                return true;
            }
        };
    }

    public static Ledger oneStuckHoldsUpAll(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean hasItsTurn(DeliveryRow row) {
                return store.deliveries.values().stream()
                        .noneMatch(other -> other.isOf(row.municipality(), row.connection())
                                && other.unfinished()
                                && other.comesBefore(row));
            }
        };
    }

    public static Ledger losesADelivery(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            public List<Address> routed(RouteSet set, List<Routed> outcomes) {
                return super.routed(
                        set,
                        outcomes.stream()
                                .map(each -> each.deliveries().size() < 3
                                        ? each
                                        : Routed.well(
                                                each.message(),
                                                each.route(),
                                                each.deliveries()
                                                        .subList(
                                                                1,
                                                                each.deliveries()
                                                                        .size()),
                                                each.notes(),
                                                each.reports(),
                                                each.due()))
                                .toList());
            }
        };
    }

    /** Every fifth message is told to be taken and is not. */
    public static Ledger saysYesTooEarly(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            private int count;

            @Override
            public Taken take(NewMessage message) {
                return ++count % 5 > 0
                        ? super.take(message)
                        : new Taken(Taken.Result.NEW, message.id(), "", message.acceptedAt(), "", "");
            }
        };
    }

    public static Ledger forgetsWhatCame(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean isKnown(MemoryStore.MessageRow row, NewMessage message) {
                return false;
            }
        };
    }

    public static Ledger neverParksWhatKills(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean countsAgainstIt(MemoryStore.MessageRow row) {
                return false;
            }
        };
    }

    public static Ledger blamesTheNeighbours(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            public RouteSet claimMessages(List<UUID> ids) {
                return claim(ids, true, true);
            }
        };
    }

    public static Ledger neverAcquits(MemoryStore store, Clock clock, LongSupplier epoch) {
        return new MemoryLedger(store, clock, epoch) {
            @Override
            boolean somethingElseKills(Set<Long> died) {
                return false;
            }
        };
    }
}
