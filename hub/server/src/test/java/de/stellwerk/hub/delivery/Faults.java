package de.stellwerk.hub.delivery;

import java.util.random.RandomGenerator;

/**
 * Which faults a simulated world has, and how often, each as a chance in a thousand. Every seed draws its own set: a world with all of
 * them at once never gets far, and a world with few of them finds what only happens late.
 *
 * @param crash a node dies at a call out of the core, or between two steps
 * @param meanwhile something else happens at a call out of the core, before or after it
 * @param refused the store refuses a call
 * @param unanswered the store does a call and does not say so
 * @param broker the broker refuses, loses, doubles or forgets ids
 * @param late a node does not renew its epoch in time
 * @param clock a node's clock is set
 * @param target a target does not answer as it should
 * @param route a route fails
 */
record Faults(
        int crash, int meanwhile, int refused, int unanswered, int broker, int late, int clock, int target, int route) {

    static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Faults draw(RandomGenerator random) {
        return new Faults(
                often(random, 30),
                often(random, 300),
                often(random, 60),
                often(random, 60),
                often(random, 300),
                often(random, 500),
                often(random, 500),
                often(random, 600),
                often(random, 300));
    }

    /** Every third fault is left out. */
    private static int often(RandomGenerator random, int most) {
        return random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(most);
    }
}
