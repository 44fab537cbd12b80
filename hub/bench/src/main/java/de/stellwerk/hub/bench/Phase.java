package de.stellwerk.hub.bench;

/**
 * What one phase of load through the whole hub has shown.
 *
 * @param acceptedPerSecond yes answers from the first byte sent to the last yes
 * @param deliveredPerSecond messages from the first byte sent to the last arrival, each at both receivers
 * @param ledgerSeconds from the last arrival until the hub's own balance had nothing open
 * @param answers from sent to yes
 * @param answersFromDue from when it should have been sent to the yes; the same as {@code answers} where nothing is paced
 * @param ways from the yes to the JMS receiver
 * @param hubMillis CPU of the hub's process for a delivered message
 * @param compilerMillis of that, the JIT compiler: a hub that has run for some minutes has hardly any
 * @param postgresMillis CPU of the database's processes
 * @param ownMillis CPU of load and receivers
 * @param allocatedKiB what the hub allocated for a delivered message
 * @param residentMiB the hub's memory in RAM at the end of the phase
 * @param others share of the machine that other programs had, from 0 to 1
 * @param busy share of the machine that was busy
 * @param later answers "come again later"
 * @param repeated deliveries that came twice under the same id, which the receiver recognises
 */
record Phase(
        String name,
        int senders,
        int messages,
        double acceptedPerSecond,
        double deliveredPerSecond,
        double ledgerSeconds,
        Spread answers,
        Spread answersFromDue,
        Spread ways,
        double hubMillis,
        double compilerMillis,
        double postgresMillis,
        double ownMillis,
        double allocatedKiB,
        double residentMiB,
        double others,
        double busy,
        int later,
        int repeated,
        int lost,
        int doubled) {}
