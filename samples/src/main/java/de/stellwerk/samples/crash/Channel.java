package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A way through the hub, from a door to a target: what the hub needs for it, and what stands at both ends. Messages have numbers, and
 * their bytes follow from the number and the seed, so that a receiver's journal alone says whether it holds what was sent.
 */
interface Channel {

    /** As it stands in tables, such as {@code rest}. */
    String name();

    /** Whether a message of this channel comes to this crash point. */
    boolean passes(String point);

    /** Whether its messages come as files or end as such, so that a file gets its name on their way. */
    boolean handsOverFiles();

    /** How many may send at the same time. */
    int senders();

    /** Writes what this channel needs into the hub's home, before the hub's first start. */
    void furnish(Scratch scratch) throws IOException;

    /** Starts the sender and the receiver; they bear that the hub comes and goes. */
    Ends open(Scratch scratch, HubClient hub) throws IOException;

    /** The sender and the receiver, and the books about what they have written down. */
    interface Ends extends AutoCloseable {

        /** Hands in a message; returns when its sender knows that it is taken, however often the hub is killed meanwhile. */
        void send(int number) throws IOException, InterruptedException;

        /** Brings the books up to what the journals say. */
        void read() throws IOException;

        /** The first is about what {@link #send} hands in, the others about what follows from it. */
        List<Book> books();

        /** What else must be equal when nothing is under way any more, and is not; in words. */
        default Optional<String> uneven() {
            return Optional.empty();
        }

        @Override
        void close() throws IOException;
    }

    /** The crash points that every message passes on its way, whatever its door and its target. */
    static boolean onEveryWay(String point) {
        return !point.startsWith("SOURCE_") && !point.startsWith("CONTENT_") && !Matrix.ofASwap(point);
    }
}
