package de.stellwerk.hub.spi;

import java.util.List;

/**
 * A named door of a connector.
 *
 * @param kinds the kinds of message that pass, such as {@code form.submission}; empty means any
 * @param answered true for an outgoing channel whose deliveries get an answer later: the hub then keeps each delivered reference on
 *     the list that {@link Inbox#awaited} shows, until a message {@linkplain Message#answering answers} it
 */
public record Channel(String name, Direction direction, List<String> kinds, boolean answered) {

    /** Seen from the hub. */
    public enum Direction {
        IN,
        OUT
    }

    public Channel {
        kinds = List.copyOf(kinds);
    }

    public static Channel in(String name, String... kinds) {
        return new Channel(name, Direction.IN, List.of(kinds), false);
    }

    public static Channel out(String name, String... kinds) {
        return new Channel(name, Direction.OUT, List.of(kinds), false);
    }

    /** An outgoing channel whose deliveries are answered later. */
    public static Channel answered(String name, String... kinds) {
        return new Channel(name, Direction.OUT, List.of(kinds), true);
    }
}
