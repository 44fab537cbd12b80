package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Orders of money by REST to the payment platform, which knows a repeat by its transaction; and what was paid, polled from it by SOAP and
 * laid into a folder. Each message has an amount of its own, so the amount is its number. The platform fails and loses answers by itself.
 */
record RestToPayment() implements Channel {

    private static final long SMALLEST = 1_000;
    private static final Pattern AMOUNT = Pattern.compile("<(?:[a-z0-9]+:)?amount-cents>([0-9]{4,9})<");

    @Override
    public String name() {
        return "soap";
    }

    /** All its messages are small. */
    @Override
    public boolean passes(String point) {
        return !point.startsWith("CONTENT_") && !Matrix.ofASwap(point);
    }

    @Override
    public boolean handsOverFiles() {
        return true;
    }

    @Override
    public int senders() {
        return 2;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        for (var tenant : Scratch.TENANTS) {
            scratch.connection(tenant, "soap-payment", """
                    connector: epaybl
                    settings:
                      url: http://127.0.0.1:%d/
                      mandant: "%s"
                      bewirtschafter: CRASH001
                      haushaltsstelle: "1220.4311"
                      objektnummer: CRASH
                    """.formatted(scratch.port(name()), tenant));
        }
        scratch.shelf("soap-booking", name());
        scratch.route("payment.order", "- to: hub:deliver/soap-payment");
        scratch.route("payment.status", "- to: hub:match/soap-payment\n- to: hub:deliver/soap-booking");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new PaymentEnds(scratch, hub);
    }

    private final class PaymentEnds implements Ends {

        private final Courier courier;
        private final Program platform;
        private final Shelf shelf;
        private final Tail seen;
        private final Book orders = new Book(name(), true);
        private final Book bookings = new Book("soap-poll", true);
        private long ordered;
        private long paid;

        PaymentEnds(Scratch scratch, HubClient hub) throws IOException {
            courier = new Courier(scratch, hub, name());
            platform = scratch.neighbour(
                    "PaymentPlatform",
                    "soap-platform",
                    List.of(
                            "--port",
                            String.valueOf(scratch.port(name())),
                            "--seed",
                            String.valueOf(scratch.seed()),
                            "--misbehave-fault",
                            "41",
                            "--misbehave-lost",
                            "37"));
            seen = new Tail(scratch.journal("soap-platform"));
            shelf = Shelf.open(scratch, name(), RestToPayment::numberIn);
        }

        @Override
        public void send(int number) throws InterruptedException {
            var xml = "<payment-order xmlns=\"urn:stellwerk:payment:1\"><case>soap-" + number + "</case><amount-cents>"
                    + cents(number)
                    + "</amount-cents><currency>EUR</currency><text>ERPROBUNG</text><due>2030-12-24</due></payment-order>";
            courier.send(
                    number,
                    new Letter(
                            "soap-" + number,
                            Scratch.tenant(number),
                            "payment.order",
                            "",
                            "soap-" + number,
                            Map.of("amount-cents", String.valueOf(cents(number)), "currency", "EUR"),
                            Part.xml("order.xml", xml),
                            List.of()));
        }

        @Override
        public void read() throws IOException {
            courier.read(orders, number -> {});
            for (var line : seen.more()) {
                var caseId = line.text("case");
                var number = caseId.startsWith("soap-") ? Integer.parseInt(caseId.substring("soap-".length())) : -1;
                switch (line.event()) {
                    case "order" -> {
                        ordered += line.number("cents");
                        orders.arrived(
                                number,
                                line.text("key"),
                                line.text("mandant").equals(Scratch.tenant(number))
                                        && line.number("cents") == cents(number));
                    }
                    case "repeated" -> orders.repeated();
                    case "payment" -> {
                        paid += line.number("cents");
                        bookings.told(number);
                    }
                    case "refused", "failure" -> orders.wrong("the platform says " + line.json());
                    default -> {
                        // ready; and the faults and lost answers that it makes itself
                    }
                }
            }
            // The number was taken from the amount: another amount would be nobody's, and the tenant is checked.
            shelf.read(bookings, (number, sha256) -> true);
        }

        @Override
        public Optional<String> uneven() {
            var booked = bookings.sum(RestToPayment::cents);
            return ordered == paid && paid == booked
                    ? Optional.empty()
                    : Optional.of("ordered " + ordered + ", paid " + paid + ", booked " + booked + " cents");
        }

        @Override
        public List<Book> books() {
            return List.of(orders, bookings);
        }

        @Override
        public void close() throws IOException {
            platform.close();
            shelf.close();
            courier.close();
        }
    }

    private static long cents(int number) {
        return SMALLEST + number;
    }

    private static int numberIn(byte[] status) {
        var amount = AMOUNT.matcher(new String(status, StandardCharsets.UTF_8));
        return amount.find() ? (int) (Long.parseLong(amount.group(1)) - SMALLEST) : -1;
    }
}
