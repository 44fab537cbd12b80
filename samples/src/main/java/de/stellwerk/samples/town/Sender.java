package de.stellwerk.samples.town;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Brings letters to a hub as a careful portal does: after a lost connection, 429 or 5xx the same letter goes out again under the same
 * key until the hub has said yes or no. Its journal has a line for each letter, each attempt and each answer.
 */
public final class Sender {

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final HubClient hub;
    private final Journal journal;
    private final Duration patience;
    private final Duration longestPause;

    /** @param patience how long one letter is tried at most */
    public Sender(HubClient hub, Journal journal, Duration patience) {
        this(hub, journal, patience, patience);
    }

    /** @param longestPause comes again after this even if it was asked to wait longer */
    public Sender(HubClient hub, Journal journal, Duration patience, Duration longestPause) {
        this.hub = hub;
        this.journal = journal;
        this.patience = patience;
        this.longestPause = longestPause;
    }

    /** Sends a letter that should be taken; empty if patience ran out. */
    public Optional<HubClient.Answer> send(Letter letter) throws InterruptedException {
        announce(letter, journal);
        return repeat(letter);
    }

    /** Writes down what a letter is before it goes out. */
    public static void announce(Letter letter, Journal journal) {
        journal.note(
                "form",
                "key",
                letter.key(),
                "case",
                letter.caseId(),
                "municipality",
                letter.municipality(),
                "sha256",
                Journal.sha256(letter.body().bytes()),
                "attachments",
                letter.attachments().stream()
                        .map(part -> Journal.sha256(part.bytes()))
                        .collect(Collectors.joining(" ")));
    }

    /** Sends a letter of which nothing is promised, and keeps no line about it but those of the attempts. */
    public Optional<HubClient.Answer> repeat(Letter letter) throws InterruptedException {
        var start = System.nanoTime();
        for (var attempt = 1; System.nanoTime() - start < patience.toNanos(); attempt++) {
            journal.note("attempt", "key", letter.key(), "attempt", attempt);
            var pause = PAUSE;
            try {
                var answer = hub.post(letter);
                journal.note(
                        "answer",
                        "key",
                        letter.key(),
                        "attempt",
                        attempt,
                        "status",
                        answer.status(),
                        "id",
                        answer.text("id"),
                        "outcome",
                        answer.text("outcome"),
                        "code",
                        answer.text("code"),
                        "yes",
                        answer.yes(),
                        "intact",
                        answer.yes() && intact(letter, answer));
                if (!answer.later()) {
                    return Optional.of(answer);
                }
                pause = answer.retryAfter().orElse(PAUSE);
            } catch (IOException e) {
                journal.note(
                        "broken",
                        "key",
                        letter.key(),
                        "attempt",
                        attempt,
                        "why",
                        e.getClass().getSimpleName());
            }
            var wait = pause.compareTo(longestPause) < 0 ? pause : longestPause;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(wait.toMillis()));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        journal.note("given up", "key", letter.key());
        return Optional.empty();
    }

    /** Whether the receipt names exactly what was sent: as many parts, each with its size and SHA-512. */
    public static boolean intact(Letter letter, HubClient.Answer answer) {
        var sent = new ArrayList<String>();
        sent.add(line("body", letter.body()));
        letter.attachments().forEach(part -> sent.add(line("attachment", part)));
        var named = new ArrayList<String>();
        for (var part : answer.json().path("parts")) {
            named.add(part.path("role").asString("") + " " + part.path("size").asLong(-1) + " "
                    + part.path("sha512").asString(""));
        }
        return sorted(sent).equals(sorted(named)) && !answer.text("seal").isEmpty();
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }

    private static String line(String role, Part part) {
        return role + " " + part.bytes().length + " " + Journal.sha512(part.bytes());
    }
}
