package de.stellwerk.hub.config;

import java.util.Set;

/**
 * How plugins are kept apart.
 *
 * @param isolated the ids of the plugins that run in a process of their own
 * @param isolatedHeap the most memory the heap of such a process may take, in bytes; by default 128 MiB
 * @param threads how many threads one plugin may have in the hub's process before its connections get no more calls; by default 200
 */
public record Isolation(Set<String> isolated, long isolatedHeap, int threads) {

    public Isolation {
        isolated = Set.copyOf(isolated);
    }

    public static Isolation defaults() {
        return new Isolation(Set.of(), 128L << 20, 200);
    }
}
