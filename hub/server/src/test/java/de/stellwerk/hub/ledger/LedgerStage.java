package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.Nodes.Source;
import java.util.List;
import java.util.UUID;

/** A store with its nodes, real or in memory, as {@link LedgerTwinTest} sees it. */
interface LedgerStage extends AutoCloseable {

    /** Starts a node, and with it a new epoch; what ran under its name is dead from then on. */
    Ledger begin(String node);

    /** Ends a node at once. */
    void end(String node);

    /** Gives a node the lease of a source, if it is free. */
    boolean lease(String node, Source source);

    boolean decide(Operator.Decision decision, String delivery);

    boolean decideMessage(boolean again, UUID message);

    void pause(String municipality, String connection);

    void resume(String municipality, String connection);

    /** All that is held, a line a row, sorted. */
    List<String> rows();

    /** What was entered: how often which word for which municipality. */
    List<String> entries();

    Balance balance();

    @Override
    void close();
}
