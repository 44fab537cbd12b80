package de.stellwerk.samples;

import de.stellwerk.samples.letters.Hostile;
import de.stellwerk.samples.letters.Notices;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Options;
import de.stellwerk.samples.town.Post;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Plays a day in the sample town: a hub and the systems around it as processes of their own, forms, payments, signed mail and hostile
 * inputs, and in the end a comparison of everybody's books. With kills, the hub is killed and started again while traffic runs.
 */
public final class Demo {

    /** The limit for a part that the demo's hub is given: large enough for every sample, small enough to be exceeded quickly. */
    static final int LARGEST_PART = 4 << 20;

    /** These orders, counted from 1, are paid with another amount: the first too low, the second too high. */
    static final String WRONG_PAYERS = "3,8";

    private static final Duration LONGEST_DAY = Duration.ofMinutes(10);
    private static final Duration CLOSING_TIME = Duration.ofMinutes(3);
    private static final int FIRST_HOSTILE_CASE = 900_001;

    /**
     * A kill, and what was under way a moment before.
     *
     * @param open messages and deliveries that the hub had not finished; -1 if it did not answer any more
     * @param unanswered attempts of the portal without an answer
     * @param travelling forms that were acknowledged and had not reached their register
     */
    record Kill(int number, long open, int unanswered, int travelling) {

        boolean somethingInFlight() {
            return open > 0 || unanswered > 0 || travelling > 0;
        }
    }

    /** The outcome of a day. */
    record Outcome(
            Checker.Result books, Balance balance, List<HostileRun.Outcome> hostile, List<Kill> kills, Duration time) {

        boolean good() {
            return books.good()
                    && balance.even()
                    && hostile.stream().allMatch(each -> each.asExpected() && each.nextPassed());
        }
    }

    private final Day day;
    private final Home home;
    private final Checkout checkout;
    private final SampleAuthority authority;
    private final Clock clock;
    private final PrintStream out;
    private final long start = System.nanoTime();

    private Demo(Day day, Home home, Checkout checkout, SampleAuthority authority, Clock clock, PrintStream out) {
        this.day = day;
        this.home = home;
        this.checkout = checkout;
        this.authority = authority;
        this.clock = clock;
        this.out = out;
    }

    /**
     * Plays a day.
     *
     * @throws IOException if something could not be started, or the hub fell over
     */
    static Outcome play(Day day, Checkout checkout, Clock clock, PrintStream out)
            throws IOException, InterruptedException, ExecutionException {
        var unbuilt = checkout.unbuilt();
        if (!unbuilt.isEmpty()) {
            throw new IOException("Noch nicht gebaut: " + String.join(", ", unbuilt) + ". Bitte in " + checkout.folder()
                    + " ausführen: mvn -q -DskipTests package");
        }
        var authority = new SampleAuthority("Stellwerk Beispiel-CA", clock.instant());
        var home = Home.fresh(day.home(), checkout, authority);
        return new Demo(day, home, checkout, authority, clock, out).play();
    }

    private Outcome play() throws IOException, InterruptedException, ExecutionException {
        var ports = Ports.free();
        say("Ordner der Demo: " + home.folder());
        try (var neighbours = new Neighbours(home, ports)) {
            var end = new Thread(neighbours::close);
            Runtime.getRuntime().addShutdownHook(end);
            neighbours.start(day.seed(), WRONG_PAYERS);
            say("Bezahlplattform, Postfach, Register und Finanzverfahren laufen");
            try (var hub = RunningHub.start(home, checkout, ports)) {
                say("Stellwerk ist bereit: " + hub.address());
                var outcome = play(hub, neighbours);
                new Report(out, home).print(outcome);
                if (day.stay()) {
                    stay(hub);
                }
                return outcome;
            } finally {
                Runtime.getRuntime().removeShutdownHook(end);
            }
        }
    }

    private Outcome play(RunningHub hub, Neighbours neighbours)
            throws IOException, InterruptedException, ExecutionException {
        var key = portalKey(hub);
        var closing = home.town().resolve("feierabend");
        var kills = new ArrayList<Kill>();
        var hostile = new ArrayList<HostileRun.Outcome>();
        var others = Executors.newCachedThreadPool();
        try (var portal = neighbours.portal(day, hub.address().toString(), home.townSecret("portal"), closing)) {
            say("Der Tag beginnt: " + day.pirna() + " Formulare für Pirna, " + day.leipzig() + " für Leipzig, "
                    + day.notices() + " signierte Mitteilungen");
            var run = "tag" + day.seed() + "-" + clock.millis();
            var notices =
                    new Notices(authority, new SampleAuthority("Unbekannte CA", clock.instant()), clock.instant(), run);
            var post = sendNotices(notices, others);
            if (day.kills() == 0) {
                hostile.addAll(sendHostile(hub, key, notices));
                say(hostile.size() + " feindliche Eingaben geschickt");
            }
            kills.addAll(killAgainAndAgain(hub));
            Files.createFile(closing);
            while (portal.runs() || !post.isDone()) {
                progress(hub, neighbours, hostile, kills.size());
                if (System.nanoTime() - start
                        > LONGEST_DAY.toNanos()
                                + Duration.ofSeconds(30L * day.kills()).toNanos()) {
                    throw new IOException("Das Portal wird nicht fertig.\n" + portal.lastWords());
                }
            }
            post.get();
        } finally {
            others.shutdownNow();
        }
        say("Alles ist geschickt; die Bücher werden verglichen");
        return settle(hub, neighbours, hostile, kills);
    }

    private Outcome settle(RunningHub hub, Neighbours neighbours, List<HostileRun.Outcome> hostile, List<Kill> kills)
            throws IOException, InterruptedException {
        var closing = System.nanoTime();
        while (true) {
            var balance = hub.balance();
            var books = books(balance, hostile, kills.size());
            if ((books.complete() && balance.at("open") == 0) || System.nanoTime() - closing > CLOSING_TIME.toNanos()) {
                return new Outcome(books, balance, hostile, kills, Duration.ofNanos(System.nanoTime() - start));
            }
            progress(hub, neighbours, hostile, kills.size());
        }
    }

    private Checker.Result books(Balance balance, List<HostileRun.Outcome> hostile, int kills) throws IOException {
        var held = (int) hostile.stream().filter(HostileRun.Outcome::held).count();
        return Checker.check(home.journals(), home.records(), balance, new Checker.Allowed(kills * Day.SENDERS, held));
    }

    private HubClient portalKey(RunningHub hub) throws IOException, InterruptedException {
        var answer = hub.admin()
                .postJson(
                        "/api/v1/keys",
                        Map.of("name", "Portal", "municipalities", List.of("*"), "may", List.of("send", "read")));
        if (!answer.yes() || answer.text("key").isEmpty()) {
            throw new IOException("Der Hub gibt dem Portal keinen Schlüssel (HTTP " + answer.status() + " "
                    + answer.text("code") + ")");
        }
        Home.write(home.townSecret("portal"), answer.text("key"));
        return new HubClient(hub.address(), answer.text("key"));
    }

    private Future<?> sendNotices(Notices notices, ExecutorService others) throws IOException {
        var smtp = Journal.read(home.journals().mailbox(), "ready").get(0).number("smtp");
        var post = new Post("127.0.0.1", (int) smtp, home.journals().notices(), clock);
        var pause = day.kills() > 0 ? 2_000L : 150L;
        return others.submit(() -> {
            try (post) {
                for (var number = 1; number <= day.notices(); number++) {
                    // Every fifth one has been tampered with, in one of four ways.
                    post.send(number % 5 == 0 ? notices.bad(number / 5) : notices.good(number));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
                }
            }
            return true;
        });
    }

    private List<HostileRun.Outcome> sendHostile(RunningHub hub, HubClient key, Notices notices)
            throws IOException, InterruptedException {
        try (var journal = new Journal(home.journals().hostile(), clock)) {
            var registrations = new Registrations(day.seed());
            return new HostileRun(key, hub.admin(), journal, registrations)
                    .run(Hostile.all(registrations, notices, FIRST_HOSTILE_CASE, LARGEST_PART + 1));
        }
    }

    private List<Kill> killAgainAndAgain(RunningHub hub) throws IOException, InterruptedException {
        var random = new Random(day.seed());
        var kills = new ArrayList<Kill>();
        try (var journal = new Journal(home.journals().kills(), clock)) {
            for (var number = 1; number <= day.kills(); number++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(3_700)));
                var kill = inFlight(hub, number);
                kills.add(kill);
                journal.note(
                        "kill",
                        "number",
                        number,
                        "open",
                        kill.open(),
                        "unanswered",
                        kill.unanswered(),
                        "travelling",
                        kill.travelling());
                hub.killAndStartAgain();
                say("Abbruch " + number + " von " + day.kills() + ": im Hub offen " + kill.open() + ", unbeantwortet "
                        + kill.unanswered() + ", unterwegs " + kill.travelling() + "; der Hub ist wieder bereit");
            }
        }
        return kills;
    }

    private Kill inFlight(RunningHub hub, int number) throws IOException, InterruptedException {
        var open = -1L;
        try {
            open = hub.balance().at("open");
        } catch (IOException e) {
            say("Der Hub antwortet nicht: " + e.getMessage());
        }
        var portal = Journal.read(home.journals().portal());
        var began =
                portal.stream().filter(line -> line.event().equals("attempt")).count();
        var ended = portal.stream()
                .filter(line -> line.event().equals("answer") || line.event().equals("broken"))
                .count();
        var acknowledged = portal.stream()
                .filter(line -> line.event().equals("answer") && line.flag("yes"))
                .map(line -> line.text("key"))
                .collect(Collectors.toSet())
                .size();
        var arrived = Journal.read(home.journals().register(), "entry").size()
                + Journal.read(home.journals().leipzig(), "entry").size();
        return new Kill(number, open, (int) (began - ended), acknowledged - arrived);
    }

    private void progress(RunningHub hub, Neighbours neighbours, List<HostileRun.Outcome> hostile, int kills)
            throws IOException, InterruptedException {
        var fallen = neighbours.fallen();
        if (!hub.runs() || !fallen.isEmpty()) {
            throw new IOException(
                    "Ein System ist ausgefallen.\n" + String.join("\n", fallen) + (hub.runs() ? "" : hub.lastWords()));
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
        var balance = hub.balance();
        var books = books(balance, hostile, kills);
        var chain = books.chain();
        say(String.format(
                "Formulare %d · Register %d · Aufträge %d · Zahlungen %d · Buchungen %d · offen %d",
                chain.forms(),
                chain.entries(),
                chain.orders(),
                chain.rightPayments() + chain.wrongPayments(),
                chain.bookings(),
                balance.at("open")));
    }

    private void stay(RunningHub hub) throws InterruptedException {
        out.println();
        out.println("Alles läuft weiter. Statusseite: " + hub.address() + "/ · Schlüssel: " + home.firstKey()
                + " · Ende mit Strg+C");
        new CountDownLatch(1).await();
    }

    private void say(String text) {
        out.printf("%4d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start), text);
    }

    /** Ends with 0 if everything is explained and balances, with 1 if not, with 2 if the words are wrong or nothing could be started. */
    public static void main(String[] words) throws InterruptedException {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            var options = new Options(List.of(words), Set.of("cases", "seed", "home", "kill"), Set.of("stay"));
            var checkout = Checkout.above(Path.of(System.getProperty("stellwerk.checkout", "")));
            var folder = Path.of(options.text(
                    "home", checkout.folder().resolve("target/demo").toString()));
            var day = new Day(
                    options.number("cases", 200),
                    options.number("seed", 1),
                    options.number("kill", 0),
                    options.has("stay"),
                    folder);
            if (day.cases() < 20) {
                throw new IllegalArgumentException("--cases muss mindestens 20 sein");
            }
            var good = play(day, checkout, Clock.systemUTC(), out).good();
            System.exit(good ? 0 : 1);
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            out.println("Die Demo konnte nicht gespielt werden: " + e.getMessage());
            System.exit(2);
        } catch (ExecutionException e) {
            out.println("Die Demo konnte nicht gespielt werden: " + e.getCause());
            System.exit(2);
        }
    }
}
