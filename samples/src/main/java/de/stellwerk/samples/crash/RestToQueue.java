package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Entries by REST into a queue of the hub's broker, read by a register that knows a repeat by the line's id. The connection asks for order
 * by case: eight messages are one case, sent one after the other.
 */
record RestToQueue() implements Channel {

    private static final int LANES = 16;
    private static final int IN_A_CASE = 8;
    private static final String QUEUE = "14999001.crash";

    @Override
    public String name() {
        return "queue";
    }

    /** All its messages are small. */
    @Override
    public boolean passes(String point) {
        return Channel.onEveryWay(point);
    }

    @Override
    public boolean handsOverFiles() {
        return false;
    }

    @Override
    public int senders() {
        return 4;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        scratch.door(QUEUE, "crash", "queue-user");
        scratch.connection(Scratch.TENANTS.get(0), "queue-register", """
                order: case
                connector: trade-register-csv
                settings:
                  broker-url: tcp://127.0.0.1:%d
                  user: crash
                  password: { secret: queue-user }
                  queue: %s
                  columns: vorgang,text
                """.formatted(scratch.jmsPort(), QUEUE));
        scratch.route(Scratch.TENANTS.get(0), "crash.queue", "- to: hub:deliver/queue-register");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new QueueEnds(scratch, hub);
    }

    private final class QueueEnds implements Ends {

        private final Numbered numbered;
        private final Courier courier;
        private final Program register;
        private final Tail seen;
        private final Book book = new Book(name(), true);
        private final List<Object> lanes =
                IntStream.range(0, LANES).mapToObj(lane -> new Object()).toList();
        private final Map<String, List<Integer>> sentInOrder = new LinkedHashMap<>();
        private final Map<String, List<Integer>> enteredInOrder = new LinkedHashMap<>();

        QueueEnds(Scratch scratch, HubClient hub) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            courier = new Courier(scratch, hub, name());
            seen = new Tail(scratch.journal("queue-register"));
            register = scratch.neighbour(
                    "LeipzigRegister",
                    "queue-register",
                    List.of(
                            "--url",
                            "tcp://127.0.0.1:" + scratch.jmsPort(),
                            "--queue",
                            QUEUE,
                            "--user",
                            "crash",
                            "--password-file",
                            scratch.secret("queue-user").toString()));
        }

        @Override
        public void send(int number) throws InterruptedException {
            var xml = "<register-entry xmlns=\"urn:stellwerk:sample:leipzig-register:1\"><vorgang>queue-" + number
                    + "</vorgang><text>" + numbered.smallText(number) + "</text></register-entry>";
            synchronized (lanes.get(number % LANES)) {
                courier.send(
                        number,
                        new Letter(
                                "queue-" + number,
                                Scratch.TENANTS.get(0),
                                "crash.queue",
                                "",
                                caseOf(number),
                                Map.of(),
                                Part.xml("eintrag.xml", xml),
                                List.of()));
            }
        }

        @Override
        public void read() throws IOException {
            courier.read(book, number -> sentInOrder
                    .computeIfAbsent(caseOf(number), key -> new ArrayList<>())
                    .add(number));
            for (var line : seen.more()) {
                switch (line.event()) {
                    case "entry" -> entry(line);
                    case "repeated" -> book.repeated();
                    case "unreadable" -> book.wrong("the register cannot read " + line.text("key"));
                    default -> {
                        // ready, connected
                    }
                }
            }
        }

        private void entry(Journal.Line line) {
            var number = Integer.parseInt(line.text("case").substring("queue-".length()));
            var csv = line.text("key") + ";" + line.text("case") + ";" + numbered.smallText(number) + ";0";
            if (!book.hasArrived(number)) {
                enteredInOrder
                        .computeIfAbsent(caseOf(number), key -> new ArrayList<>())
                        .add(number);
            }
            book.arrived(
                    number,
                    line.text("key"),
                    Journal.sha256(csv.getBytes(StandardCharsets.UTF_8)).equals(line.text("sha256")));
        }

        /** Compares the order case by case, and begins anew. */
        @Override
        public Optional<String> uneven() {
            var wrong = sentInOrder.entrySet().stream()
                    .filter(each -> !each.getValue().equals(enteredInOrder.get(each.getKey())))
                    .map(each -> "case " + each.getKey() + " was sent as " + each.getValue() + " and entered as "
                            + enteredInOrder.get(each.getKey()))
                    .findFirst();
            sentInOrder.clear();
            enteredInOrder.clear();
            return wrong;
        }

        @Override
        public List<Book> books() {
            return List.of(book);
        }

        @Override
        public void close() throws IOException {
            register.close();
            courier.close();
        }
    }

    private static String caseOf(int number) {
        return "queue-" + number % LANES + "-" + number / LANES / IN_A_CASE;
    }
}
