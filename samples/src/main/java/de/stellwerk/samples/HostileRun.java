package de.stellwerk.samples;

import de.stellwerk.samples.letters.Hostile;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.Town;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Sender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/** Sends the hostile inputs one by one, each followed by a form that is in order, and looks what becomes of them. */
final class HostileRun {

    /**
     * What became of one.
     *
     * @param got the hub's code, or what it did in a word
     * @param held whether the hub holds it in quarantine
     * @param nextPassed whether the form after it was taken
     */
    record Outcome(Hostile input, String got, boolean asExpected, boolean held, boolean nextPassed) {

        String wanted() {
            return input.code().isEmpty() ? word(input.expected()) : input.code();
        }

        static String word(Hostile.Expected expected) {
            return switch (expected) {
                case STOPPED -> "gestoppt";
                case HARMLESS -> "entschärft";
                case DUPLICATE -> "Duplikat";
                case CONFLICT -> "Konflikt";
            };
        }
    }

    private static final int FIRST_GOOD_CASE = 950_001;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Set<String> UNDER_WAY = Set.of("RECEIVED", "ROUTING", "TAKEN", "");

    private final HubClient portal;
    private final HubClient admin;
    private final Sender sender;
    private final Registrations registrations;

    HostileRun(HubClient portal, HubClient admin, Journal journal, Registrations registrations) {
        this.portal = portal;
        this.admin = admin;
        this.sender = new Sender(portal, journal, PATIENCE);
        this.registrations = registrations;
    }

    List<Outcome> run(List<Hostile> inputs) throws IOException, InterruptedException {
        var outcomes = new ArrayList<Outcome>();
        for (var input : inputs) {
            for (var letter : input.before()) {
                sender.send(letter);
            }
            var outcome = one(input);
            var next = registrations.of(Town.PIRNA, FIRST_GOOD_CASE + outcomes.size());
            var passed =
                    sender.send(next).filter(answer -> answer.status() == 201).isPresent();
            outcomes.add(new Outcome(input, outcome.got(), outcome.asExpected(), outcome.held(), passed));
        }
        return outcomes;
    }

    private Outcome one(Hostile input) throws IOException, InterruptedException {
        return switch (input.expected()) {
            case STOPPED -> stopped(input);
            case HARMLESS -> harmless(input);
            case DUPLICATE -> {
                var answer = portal.post(input.letter());
                var good = answer.status() == 200 && answer.text("outcome").equals("DUPLICATE");
                yield new Outcome(input, good ? Outcome.word(input.expected()) : said(answer), good, false, false);
            }
            case CONFLICT -> {
                var answer = portal.post(input.letter());
                var good = answer.status() == 409 && answer.text("code").equals(input.code());
                // Both are held, and only the first one goes on.
                yield new Outcome(input, said(answer), good, good, false);
            }
        };
    }

    private Outcome stopped(Hostile input) throws IOException, InterruptedException {
        var answer = post(input.letter());
        if (!answer.yes()) {
            var code = answer.text("code");
            return new Outcome(input, said(answer), answer.status() < 500 && code.equals(input.code()), false, false);
        }
        if (answer.text("outcome").equals("QUARANTINED")) {
            return new Outcome(input, said(answer), answer.text("code").equals(input.code()), true, false);
        }
        // Taken at the door: its route has to stop it.
        var message = settled(answer.text("id"));
        var code = message.findValuesAsString("code").stream()
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse(message.path("state").asString("?"));
        var held = message.path("state").asString("").equals("QUARANTINED");
        return new Outcome(input, code, held && code.equals(input.code()), held, false);
    }

    /** Some inputs end the connection instead of getting an answer, for instance when the hub stops reading: asked again, it must say why. */
    private HubClient.Answer post(Letter letter) throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            try {
                return portal.post(letter);
            } catch (IOException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }

    private Outcome harmless(Hostile input) throws IOException, InterruptedException {
        var answer = sender.send(input.letter());
        if (answer.isEmpty() || !answer.get().yes()) {
            return new Outcome(input, answer.map(HostileRun::said).orElse("keine Antwort"), false, false, false);
        }
        var message = settled(answer.get().text("id"));
        var names = message.path("headers").properties().stream()
                .map(entry -> entry.getKey())
                .filter(name -> !name.equals("portal-ticket"))
                .filter(input.letter().headers()::containsKey)
                .toList();
        var state = message.path("state").asString("?");
        var good = names.isEmpty() && state.equals("ROUTED");
        return new Outcome(
                input, good ? Outcome.word(input.expected()) : state + " mit Headern " + names, good, false, false);
    }

    private JsonNode settled(String id) throws IOException, InterruptedException {
        var start = System.nanoTime();
        while (true) {
            var message = admin.get("/api/v1/messages/" + id).json();
            if (!UNDER_WAY.contains(message.path("state").asString(""))
                    || System.nanoTime() - start > PATIENCE.toNanos()) {
                return message;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private static String said(HubClient.Answer answer) {
        var code = answer.text("code");
        return code.isEmpty() ? "HTTP " + answer.status() + " " + answer.text("outcome") : code;
    }
}
