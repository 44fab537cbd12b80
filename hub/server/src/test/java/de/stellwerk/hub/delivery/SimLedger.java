package de.stellwerk.hub.delivery;

import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.DueDelivery;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.Taken;
import de.stellwerk.hub.ledger.Walk;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The store as one life of a node sees it: at every call the node may die, be refused, or not be answered. */
record SimLedger(Ledger ledger, CoreWorld world, SimNode.Life life) implements Ledger {

    private <T> T call(String what, Supplier<T> call) {
        return world.stored(life, what, call);
    }

    @Override
    public Taken take(NewMessage message) {
        return call("take", () -> ledger.take(message));
    }

    @Override
    public void refused(String municipality, String source, String code, String text) {
        call("refused", () -> {
            ledger.refused(municipality, source, code, text);
            return true;
        });
    }

    @Override
    public RouteSet claimMessages(List<UUID> ids) {
        return call("claim of messages", () -> ledger.claimMessages(ids));
    }

    @Override
    public RouteSet claimSuspect(UUID id, boolean alone) {
        return call("claim of a suspect", () -> ledger.claimSuspect(id, alone));
    }

    @Override
    public List<Address> routed(RouteSet set, List<Routed> outcomes) {
        return call("outcome of routes", () -> ledger.routed(set, outcomes));
    }

    @Override
    public List<DueDelivery> claimDeliveries(List<String> ids) {
        return call("claim of deliveries", () -> ledger.claimDeliveries(ids));
    }

    @Override
    public void putOff(List<String> ids, Instant due) {
        call("putting off", () -> {
            ledger.putOff(ids, due);
            return true;
        });
    }

    @Override
    public void giveBack(List<DueDelivery> claimed, Instant due) {
        call("giving back", () -> {
            ledger.giveBack(claimed, due);
            return true;
        });
    }

    @Override
    public Concluded concluded(List<Outcome> outcomes) {
        return call("outcome of attempts", () -> ledger.concluded(outcomes));
    }

    @Override
    public List<DueDelivery> takeOverOpenAttempts(String municipality, String connection, int limit) {
        return call("take-over", () -> ledger.takeOverOpenAttempts(municipality, connection, limit));
    }

    @Override
    public List<DueDelivery> openAttempts(Predicate<Address> abandoned) {
        return call("own open attempts", () -> ledger.openAttempts(abandoned));
    }

    @Override
    public List<Address> connectionsWithOpenAttempts() {
        return call("open attempts", ledger::connectionsWithOpenAttempts);
    }

    @Override
    public List<UUID> suspectDeadRoutes() {
        return call("dead routes", ledger::suspectDeadRoutes);
    }

    @Override
    public List<ToRoute> dueMessages(Walk walk, int each, int limit) {
        return call("due messages", () -> ledger.dueMessages(walk, each, limit));
    }

    @Override
    public List<Address> dueDeliveries(Walk walk, int each, int limit) {
        return call("due deliveries", () -> ledger.dueDeliveries(walk, each, limit));
    }

    @Override
    public int pullForward(Instant latest) {
        return call("pull forward", () -> ledger.pullForward(latest));
    }

    @Override
    public List<Delivered> awaited(String municipality, String connection, String channel, int limit) {
        return ledger.awaited(municipality, connection, channel, limit);
    }

    @Override
    public Optional<Delivered> byReference(String municipality, String connection, String reference) {
        return ledger.byReference(municipality, connection, reference);
    }

    @Override
    public boolean underWay(String municipality, String connection) {
        return ledger.underWay(municipality, connection);
    }
}
