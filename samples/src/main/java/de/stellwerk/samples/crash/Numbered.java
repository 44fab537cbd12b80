package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.Journal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * The bytes of a numbered message. They follow from seed, channel and number: a receiver needs nothing else to say whether it holds what
 * was sent, and to whom it belongs.
 */
record Numbered(long seed, String channel) {

    private static final int LARGE_EVERY = 20;
    private static final int LARGE = Scratch.INLINE + (4 << 10);
    private static final int SMALL = 400;
    private static final Pattern NUMBER = Pattern.compile("\\b1499900[0-9] [a-z-]+ ([0-9]{1,9}) ");

    /** What stands in the middle of a message, to be wrapped into what the channel needs. */
    String text(int number) {
        return text(number, number % LARGE_EVERY == LARGE_EVERY - 1 ? LARGE : SMALL);
    }

    /** The same for a channel whose messages are all small. */
    String smallText(int number) {
        return text(number, SMALL);
    }

    private String text(int number, int size) {
        var random = new Random(seed * 1_000_003 + channel.hashCode() * 31L + number);
        var text = new StringBuilder(size + 64);
        text.append(Scratch.tenant(number))
                .append(' ')
                .append(channel)
                .append(' ')
                .append(number)
                .append(' ');
        while (text.length() < size) {
            text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36)).append(' ');
        }
        return text.toString().strip();
    }

    /** A message of no meaning, as XML. */
    byte[] xml(int number) {
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<nachricht xmlns=\"urn:stellwerk:crash:1\">" + text(number)
                        + "</nachricht>\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The number that a message names; -1 if it names none. */
    static int in(byte[] bytes) {
        var found = NUMBER.matcher(new String(bytes, StandardCharsets.UTF_8));
        return found.find() ? Integer.parseInt(found.group(1)) : -1;
    }

    /** Whether these are the bytes of the message of that number. */
    boolean is(int number, String sha256) {
        return Journal.sha256(xml(number)).equals(sha256);
    }
}
