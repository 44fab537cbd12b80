package de.stellwerk.hub.ledger;

/**
 * Where everything is. A message counts as one until its route has ended, then each of its deliveries counts as one.
 *
 * @param taken counted from the ledger's entries; all others are counted from the states of messages and deliveries
 */
public record Balance(
        long taken,
        long delivered,
        long rejected,
        long quarantined,
        long parked,
        long inDoubt,
        long cancelled,
        long filed,
        long open) {

    public boolean even() {
        return taken == delivered + rejected + quarantined + parked + inDoubt + cancelled + filed + open;
    }
}
