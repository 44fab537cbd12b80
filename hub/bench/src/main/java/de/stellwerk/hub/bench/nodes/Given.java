package de.stellwerk.hub.bench.nodes;

/**
 * What was measured of one node, and what machines there are.
 *
 * @param hubMillis CPU of the hub for one message, from the yes to the last delivery
 * @param databaseMillis CPU of the database for it
 * @param loadMillis CPU of senders and receivers for it, where they share the node's machine
 * @param commitsPerSecond commits of one row that the database's disk keeps up with
 * @param joinedPerSecond rows a second that it keeps up with when {@link #JOINED} are joined in a commit
 * @param cores of each node's machine
 * @param databaseCores of the database's own machine; 0 if it shares that of a single node, as in the measurement
 */
record Given(
        double hubMillis,
        double databaseMillis,
        double loadMillis,
        double commitsPerSecond,
        double joinedPerSecond,
        int cores,
        int databaseCores) {

    /** Of how many rows the joined commits were. */
    static final int JOINED = 50;

    Given {
        if (hubMillis <= 0 || databaseMillis <= 0 || loadMillis < 0 || cores < 1 || databaseCores < 0) {
            throw new IllegalArgumentException("CPU times and cores must be above zero");
        }
        if (commitsPerSecond <= 0
                || joinedPerSecond <= commitsPerSecond
                || joinedPerSecond >= JOINED * commitsPerSecond) {
            throw new IllegalArgumentException(
                    "joined rows a second must be between one and " + JOINED + " times the commits a second");
        }
    }

    /** What one more row costs in a commit, in seconds: two measured points make a line. */
    double perRow() {
        return (JOINED / joinedPerSecond - 1 / commitsPerSecond) / (JOINED - 1);
    }

    /** What a commit costs before its first row. */
    double perCommit() {
        return 1 / commitsPerSecond - perRow();
    }

    boolean alone() {
        return databaseCores == 0;
    }

    Given apart(int coresOfTheDatabase) {
        return new Given(
                hubMillis, databaseMillis, loadMillis, commitsPerSecond, joinedPerSecond, cores, coresOfTheDatabase);
    }
}
