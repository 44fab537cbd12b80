package de.stellwerk.plugins.xbezahldienste;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withBody;
import static de.stellwerk.hub.testkit.TestHub.withCase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XBezahlSinkTest implements SinkContract {

    private static final String JSON = "application/json";

    private final Service service;
    /** For all that is delivered in one test by hand: each has a Camel of its own. */
    private final ConnectorFactory shared = new XBezahldienste();

    XBezahlSinkTest() throws Exception {
        service = new Service();
    }

    @AfterEach
    void stop() throws Exception {
        shared.close();
        service.close();
    }

    @Test
    void anOrderIsWrittenAsTheReadmeSays(@TempDir Path directory) throws Exception {
        var order = acceptable("one");
        var hub = hub(directory).with("booking-data", "Haushaltsstelle=1220.4311; Objektnummer=GEWERBE");
        assertThat(deliver(hub, order)).isEqualTo(new Delivered("T-1"));
        var id = order.id().substring(0, 36);
        assertThat(service.requests)
                .containsExactly("POST /xb/paymenttransaction/gewerbe-99050012104000/14628270 {\"requestId\":\"" + id
                        + "\",\"requestTimestamp\":\"2026-11-24T09:00:00Z\",\"currency\":\"EUR\",\"grosAmount\":26.00,"
                        + "\"purpose\":\"GEWERBEANMELDUNG\",\"description\":\"GEWERBEANMELDUNG\","
                        + "\"redirectUrl\":\"https://amt.example/zurueck\",\"items\":[{\"id\":\"1\","
                        + "\"reference\":\"PIR-2026-000001\",\"description\":\"GEWERBEANMELDUNG\",\"taxRate\":0,"
                        + "\"quantity\":1,\"totalNetAmount\":26.00,\"totalTaxAmount\":0.00,\"singleNetAmount\":26.00,"
                        + "\"singleTaxAmount\":0.00,\"bookingData\":" + bookingData() + "}]}");
    }

    /** In the order the service got them: a JSON object has none. */
    private String bookingData() {
        var request = service.requests.get(0);
        var from = request.indexOf("\"bookingData\":") + "\"bookingData\":".length();
        var data = request.substring(from, request.indexOf('}', from) + 1);
        assertThat(data).contains("\"Haushaltsstelle\":\"1220.4311\"", "\"Objektnummer\":\"GEWERBE\"");
        return data;
    }

    @Test
    void itemsAreSentEachWithItsTaxAndAddUp(@TempDir Path directory) throws Exception {
        var order = order(
                "one",
                "<due>",
                "<item><text>Gebühr</text><amount-cents>1999</amount-cents></item>"
                        + "<item><text>Auslagen</text><amount-cents>601</amount-cents></item><due>");
        // The elements may stand in any order.
        assertThat(deliver(hub(directory).with("tax-rate", "19"), order)).isInstanceOf(Delivered.class);
        assertThat(service.requests.get(0))
                .contains("\"grosAmount\":26.00", "\"description\":\"Gebühr\"", "\"description\":\"Auslagen\"")
                .contains("\"totalNetAmount\":16.80,\"totalTaxAmount\":3.19")
                .contains("\"totalNetAmount\":5.05,\"totalTaxAmount\":0.96");
    }

    @Test
    void whatTheServiceWouldNotTakeIsRejectedByTheNameOfItsFieldAndNotSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var item = "<item><text>x</text><amount-cents>1</amount-cents></item>";
        rejected(hub, order("a", "2600", "0"), "amount-cents");
        rejected(hub, order("b", "2600", "-1"), "amount-cents");
        rejected(hub, order("c", "2600", "99999901"), "amount-cents");
        rejected(hub, order("d", "EUR", "USD"), "currency");
        rejected(hub, order("e", "GEWERBEANMELDUNG", "Gebühr"), "text");
        rejected(hub, order("f", "GEWERBEANMELDUNG", "x".repeat(28)), "text");
        rejected(hub, order("g", "GEWERBEANMELDUNG", ""), "text");
        rejected(hub, withCase(acceptable("h"), ""), "case");
        rejected(hub, withCase(acceptable("i"), "x".repeat(101)), "case");
        rejected(hub, order("j", "<due>", item + "<due>"), "amount-cents"); // 1 is not 2600
        rejected(hub, order("k", "<due>", item.replace(">1<", ">0<") + "<due>"), "amount-cents");
        rejected(hub, order("l", "<due>", item.replace(">x<", ">" + "x".repeat(251) + "<") + "<due>"), "item/text");
        rejected(hub, order("m", "2600", "100", "<due>", item.repeat(100) + "<due>"), "item");
        assertThat(service.requests).isEmpty();
        assertThat(deliver(hub, order("n", "2600", "99", "<due>", item.repeat(99) + "<due>")))
                .isInstanceOf(Delivered.class);
        assertThat(deliver(hub, order("o", "2600", "99999900"))).isInstanceOf(Delivered.class);
        assertThat(service.requests.get(1)).contains("\"grosAmount\":999999.00,");
    }

    @Test
    void whatIsNoOrderIsRejectedAndNotQuoted(@TempDir Path directory) throws Exception {
        for (var broken : List.of(
                delivery("a", "payment.order", "<geheim/>"),
                delivery("a", "payment.order", ""),
                order("a", "2600", "geheim"),
                order("a", "<due>", "<geheim/><due>"),
                order("a", "<payment-order", "<!DOCTYPE a [<!ENTITY geheim 'x'>]><payment-order"))) {
            assertThat(deliver(hub(directory), broken))
                    .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                            .startsWith("pay.unreadable")
                            .doesNotContain("geheim"));
        }
        assertThat(service.requests).isEmpty();
    }

    @Test
    void anAttachmentIsRejected(@TempDir Path directory) throws Exception {
        var order = withAttachment(acceptable("one"), Content.of("a", "application/pdf", new byte[1]));
        assertThat(deliver(hub(directory), order)).isInstanceOf(Rejected.class);
    }

    @Test
    void aRefusalIsFinalAndInPlainWordsOfBothLanguages(@TempDir Path directory) throws Exception {
        refused(directory, 400, "CALCULATION_ERROR", "Summen der Positionen", "do not add up");
        refused(directory, 400, "BOOKING_DATA_MISSING", "Buchungsdaten fehlen", "booking data missing");
        refused(directory, 400, "VALIDATION_ERROR", "Regeln des Dienstes", "breaks the service's rules");
        refused(directory, 404, "NO_VALID_ORIGINATOR_OR_ENDPOINT", "nicht eingerichtet", "not set up");
        refused(directory, 404, "NO_VALID_ORIGINATOR_OR_DESTINATION", "nicht eingerichtet", "not set up");
        refused(directory, 422, "UNSPECIFIED", "keinen Grund", "no reason");
        refused(directory, 422, "SOMETHING_NEW", "words of the service", "HTTP 422");
    }

    private void refused(Path directory, int status, String code, String german, String english) throws Exception {
        service.refuses("POST", status, code);
        assertThat(deliver(hub(directory), acceptable("one")))
                .as(code)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        no -> assertThat(no.reason()).startsWith("pay.rejected").contains(code, german, english));
    }

    @Test
    void aClientThatIsTurnedAwayHasSentNothingUntilSomebodyActs(@TempDir Path directory) throws Exception {
        service.refuses("POST", 403, "FORBIDDEN");
        notSent(directory, "pay.refused", Duration.ofMinutes(5));
        service.refuses("POST", 400, "FORBIDDEN");
        notSent(directory, "pay.refused", Duration.ofMinutes(5));
        service.answers("POST", 401, "text/html", "<html/>");
        notSent(directory, "HTTP 401", Duration.ofMinutes(5));
        service.normal();
        service.answers("token", 401, JSON, "{\"error\":\"invalid_client\"}");
        notSent(directory, "pay.token", Duration.ofMinutes(5));
        service.answers("token", 200, JSON, "{}");
        notSent(directory, "pay.token", Duration.ofSeconds(30));
        service.answers("token", 200, "text/html", "<html>geheim</html>");
        notSent(directory, "pay.token", Duration.ofSeconds(30));
        service.busy("token", 503, "77");
        notSent(directory, "pay.token", Duration.ofSeconds(77));
        assertThat(service.transactions).isEmpty();
    }

    @Test
    void aBusyServiceIsLeftAloneAsLongAsItSays(@TempDir Path directory) throws Exception {
        service.busy("POST", 429, "120");
        notSent(directory, "pay.busy", Duration.ofMinutes(2));
        service.busy("POST", 503, "Tue, 24 Nov 2026 09:10:00 GMT");
        notSent(directory, "pay.busy", Duration.ofMinutes(10));
        service.busy("POST", 503, "999999999");
        notSent(directory, "pay.busy", Duration.ofDays(1));
        service.busy("POST", 503, "soon");
        notSent(directory, "pay.busy", Duration.ofMinutes(1));
        assertThat(service.requests).hasSize(4);
    }

    private void notSent(Path directory, String why, Duration pause) throws Exception {
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOfSatisfying(NotSent.class, nothing -> {
            assertThat(nothing.why()).contains(why).doesNotContain("geheim", "s3cret");
            assertThat(nothing.retryAfter()).isEqualTo(pause);
        });
    }

    @Test
    void whateverIsNotAnAnswerLeavesTheOutcomeUnknown(@TempDir Path directory) throws Exception {
        unknown(directory, 200, "text/html", "<html>geheim</html>", "not a JSON object");
        unknown(directory, 200, JSON, "", "not a JSON object");
        unknown(directory, 200, JSON, "[]", "no transactionId");
        unknown(directory, 200, JSON, "null", "no transactionId");
        unknown(directory, 200, JSON, "{}", "no transactionId");
        unknown(directory, 200, JSON, "{\"paymentInformation\":{\"transactionId\":\"a/../b\"}}", "no transactionId");
        unknown(directory, 200, JSON, Service.transaction("T-9", "INITIAL", Service.request("26")), "another order");
        unknown(directory, 200, JSON, "\"" + "x".repeat(1 << 20) + "\"", "larger than 1 MiB");
        unknown(directory, 302, "text/html", "", "HTTP 302");
        unknown(directory, 408, "text/html", "", "HTTP 408");
        unknown(directory, 500, "text/html", "<html>geheim</html>", "HTTP 500");
        unknown(directory, 502, "text/html", "", "HTTP 502");
    }

    private void unknown(Path directory, int status, String type, String body, String why) throws Exception {
        service.answers("POST", status, type, body);
        assertThat(deliver(hub(directory), acceptable("one")))
                .as(why)
                .isInstanceOfSatisfying(
                        Unknown.class,
                        unknown -> assertThat(unknown.why()).contains(why).doesNotContain("geheim"));
    }

    @Test
    void aTokenIsKeptUntilShortlyBeforeItsEndAndForgottenWhenRefused(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            sink.deliver(acceptable("one"));
            hub.clock().pass(Duration.ofSeconds(269));
            sink.deliver(acceptable("two"));
            assertThat(service.authorizations).containsExactly("Bearer t-1", "Bearer t-1");
            hub.clock().pass(Duration.ofSeconds(1));
            sink.deliver(acceptable("three"));
            service.refuses("POST", 401, "FORBIDDEN");
            sink.deliver(acceptable("four"));
            service.normal();
            sink.deliver(withAttempt(acceptable("four"), 2));
            assertThat(service.authorizations.subList(2, 5)).containsExactly("Bearer t-2", "Bearer t-2", "Bearer t-3");
        }
        assertThat(service.tokenRequests)
                .hasSize(3)
                .containsOnly("grant_type=client_credentials&client_id=pirna&client_secret=s3cret%26");
    }

    @Test
    void anAnswerThatGetsLostMakesNoSecondPaymentAndIsNotCalledDelivered(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        service.silent(true);
        assertThat(deliver(hub, acceptable("one"))).isInstanceOf(Unknown.class);
        service.silent(false);
        assertThat(deliver(hub, withAttempt(acceptable("one"), 2)))
                .isInstanceOfSatisfying(Unknown.class, unknown -> assertThat(unknown.why())
                        .startsWith("pay.exists")
                        .contains("PAYMENT_EXISTS", "schon angelegt", "do not order it anew"));
        assertThat(service.transactions).hasSize(1);
    }

    @Test
    void aSlowAnswerIsUnknownAndTheRepeatHasTheSameRequestId(@TempDir Path directory) throws Exception {
        service.slow();
        assertThat(deliver(hub(directory).with("read-timeout", "200ms"), acceptable("one")))
                .isInstanceOf(Unknown.class);
        service.normal();
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2))).isInstanceOf(Unknown.class);
        assertThat(service.transactions).hasSize(1);
        assertThat(service.requests).hasSize(2);
    }

    @Test
    void anOrderThatTheServiceHasNotTakenIsTakenOnTheRepeat(@TempDir Path directory) throws Exception {
        service.answers("POST", 502, "text/html", "");
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(Unknown.class);
        service.normal();
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2))).isEqualTo(new Delivered("T-1"));
    }

    @Test
    void whereTheTransactionIsKnownARepeatAsksAndOrdersNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        assertThat(deliver(hub, acceptable("one"))).isEqualTo(new Delivered("T-1"));
        assertThat(deliver(hub, withAttempt(acceptable("one"), 2))).isEqualTo(new Delivered("T-1"));
        assertThat(service.requests.get(1)).isEqualTo("GET /xb/paymenttransaction/gewerbe-99050012104000/14628270/T-1");
        service.states.clear();
        assertThat(deliver(hub, withAttempt(acceptable("one"), 3))).isInstanceOf(Unknown.class);
        service.refuses("GET", 403, "FORBIDDEN");
        assertThat(deliver(hub, withAttempt(acceptable("one"), 4))).isInstanceOf(Unknown.class);
        assertThat(service.requests)
                .hasSize(4)
                .filteredOn(each -> each.startsWith("POST"))
                .hasSize(1);
    }

    @Test
    void aNoteOlderThanAYearIsTakenAwayAndARepeatStillOrdersNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            sink.deliver(acceptable("old"));
            age(
                    hub.directory()
                            .resolve("transactions")
                            .resolve(acceptable("old").id()),
                    399);
            hub.clock().pass(Duration.ofDays(1));
            sink.deliver(acceptable("young"));
            assertThat(sink.deliver(withAttempt(acceptable("old"), 2))).isEqualTo(new Delivered("T-1"));
            age(
                    hub.directory()
                            .resolve("transactions")
                            .resolve(acceptable("old").id()),
                    2);
            hub.clock().pass(Duration.ofDays(1));
            sink.deliver(acceptable("younger"));
            assertThat(hub.directory()
                            .resolve("transactions")
                            .resolve(acceptable("old").id()))
                    .doesNotExist();
            assertThat(sink.deliver(withAttempt(acceptable("old"), 3)))
                    .isInstanceOfSatisfying(
                            Unknown.class, unknown -> assertThat(unknown.why()).startsWith("pay.exists"));
            assertThat(service.transactions).hasSize(3);
        }
    }

    private static void age(Path note, int days) throws IOException {
        Files.setLastModifiedTime(
                note, FileTime.from(Files.getLastModifiedTime(note).toInstant().minus(Duration.ofDays(days))));
    }

    @Test
    void aRefusalAfterALostAnswerIsNoFinalNo(@TempDir Path directory) throws Exception {
        service.silent(true);
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(Unknown.class);
        service.silent(false);
        service.refuses("POST", 404, "NO_VALID_ORIGINATOR_OR_ENDPOINT");
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2)))
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.why()).endsWith("may have arrived"));
        service.busy("POST", 503, "120");
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 3))).isInstanceOf(Unknown.class);
    }

    @Test
    void aRepeatAfterAttemptsThatAllSentNothingIsAsCertainAsTheFirst(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            service.busy("POST", 503, "120");
            for (var attempt : List.of(1, 2, 3)) {
                assertThat(sink.deliver(withAttempt(acceptable("one"), attempt)))
                        .isInstanceOfSatisfying(NotSent.class, nothing -> assertThat(nothing.retryAfter())
                                .isEqualTo(Duration.ofMinutes(2)));
            }
            service.refuses("POST", 400, "VALIDATION_ERROR");
            assertThat(sink.deliver(withAttempt(acceptable("one"), 4))).isInstanceOf(Rejected.class);
        }
    }

    @Test
    void aDamagedNoteSendsNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        deliver(hub, acceptable("one"));
        Files.writeString(
                hub.directory()
                        .resolve("transactions")
                        .resolve(acceptable("one").id()),
                "../T-1");
        assertThat(deliver(hub, withAttempt(acceptable("one"), 2))).isInstanceOf(Unknown.class);
        assertThat(service.requests).hasSize(1);
    }

    @Test
    void theConnectionTestAsksForTheStatusAndMakesNothing(@TempDir Path directory) throws Exception {
        assertThat(tested(directory)).extracting(Tested.Check::outcome).containsExactly(Tested.Outcome.PASSED);
        assertThat(service.requests).containsExactly("GET /xb/status/gewerbe-99050012104000/14628270");
        service.refuses("status", 404, "NO_VALID_ORIGINATOR_OR_ENDPOINT");
        assertThat(tested(directory)).singleElement().satisfies(check -> {
            assertThat(check.outcome()).isEqualTo(Tested.Outcome.FAILED);
            assertThat(check.found().german()).contains("nicht eingerichtet");
        });
    }

    private List<Tested.Check> tested(Path directory) throws Exception {
        try (var factory = factory();
                var tested = hub(directory).open(factory, Tested.class)) {
            return tested.test();
        }
    }

    @Test
    void settingsThatCannotWorkAreNamed(@TempDir Path directory) throws Exception {
        for (var wrong : List.of(
                "url=http://pay.example/xb",
                "url=https://pay.example/xb?a",
                "url=https://a@pay.example/xb",
                "token-url=http://pay.example/token",
                "token-url=",
                "client-id=",
                "originator=a/b",
                "originator=" + "x".repeat(37),
                "endpoint=a b",
                "redirect-url=https://" + "x".repeat(2082),
                "booking-data=x",
                "booking-data=a=1;a=2",
                "tls-trust=not-there.pem")) {
            var setting = wrong.split("=", 2);
            var hub = hub(directory).with(setting[0], setting[1]);
            assertThatThrownBy(() -> hub.open(shared)).as(wrong).hasMessageContaining("'" + setting[0] + "'");
        }
    }

    private void rejected(TestHub hub, Delivery order, String field) throws Exception {
        assertThat(deliver(hub, order)).as(field).isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                .startsWith("pay.field")
                .contains("'" + field + "'"));
    }

    private DeliveryResult deliver(TestHub hub, Delivery delivery) throws Exception {
        try (var sink = hub.open(shared, Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    /** The delivery named, with some things in its XML replaced. */
    private Delivery order(String id, String... oldAndNew) {
        var order = acceptable(id);
        var xml = TestHub.text(order.body());
        for (var i = 0; i < oldAndNew.length; i += 2) {
            xml = xml.replace(oldAndNew[i], oldAndNew[i + 1]);
        }
        return withBody(order, Content.of("order.xml", "application/xml", xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public ConnectorFactory factory() {
        return new XBezahldienste();
    }

    @Override
    public TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", service.url())
                .with("originator", "gewerbe-99050012104000")
                .with("redirect-url", "https://amt.example/zurueck")
                .with("token-url", service.tokens())
                .with("client-id", "pirna")
                .with("client-secret", "s3cret&")
                .with("connect-timeout", "2s")
                .with("read-timeout", "10s");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(
                id,
                "payment.order",
                "<payment-order xmlns=\"urn:stellwerk:payment:1\"><case>PIR-2026-000001</case>"
                        + "<amount-cents>2600</amount-cents><currency>EUR</currency><text>GEWERBEANMELDUNG</text>"
                        + "<due>2026-12-24</due></payment-order>");
    }

    @Override
    public int arrived() {
        return service.transactions.size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return false;
    }

    @Override
    public void unreachable() {
        service.stop();
    }

    @Override
    public void reachable() throws IOException {
        service.restart();
    }
}
