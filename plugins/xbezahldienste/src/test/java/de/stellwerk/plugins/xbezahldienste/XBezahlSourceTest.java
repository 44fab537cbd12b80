package de.stellwerk.plugins.xbezahldienste;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XBezahlSourceTest implements SourceContract {

    private final Service service;
    private final List<Awaited> open = new ArrayList<>();
    private TestHub hub = new TestHub(Path.of("not-opened"));

    XBezahlSourceTest() throws Exception {
        service = new Service();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void aPaymentIsAMessageThatAnswersItsOrderInBothSpellings(@TempDir Path directory) throws Exception {
        for (var status : List.of("PAYED", "BOOKED")) {
            open.clear();
            assertThat(polled(directory, status, "26.1")).singleElement().satisfies(message -> {
                assertThat(message.id()).isEqualTo("T-1:PAID:2610");
                assertThat(message.kind()).isEqualTo("payment.status");
                assertThat(message.answers()).contains("T-1");
                assertThat(message.headers())
                        .containsExactlyInAnyOrderEntriesOf(Map.of(
                                "kassenzeichen", "KZ-T-1",
                                "transaction", "T-1",
                                "amount-cents", "2610",
                                "currency", "EUR",
                                "state", "PAID"));
                assertThat(TestHub.text(message.body()))
                        .contains("urn:stellwerk:payment:1")
                        .containsPattern("<(\\w+:)?kassenzeichen>KZ-T-1</")
                        .containsPattern("<(\\w+:)?state>PAID</")
                        .containsPattern("<(\\w+:)?amount-cents>2610</")
                        .containsPattern("<(\\w+:)?ordered-cents>2610</")
                        .containsPattern("<(\\w+:)?currency>EUR</")
                        .doesNotContain("pay-at");
            });
        }
    }

    @Test
    void whatIsNotPaidIsAnsweredByAKindOfItsOwn(@TempDir Path directory) throws Exception {
        for (var status : List.of("FAILED", "CANCELED")) {
            open.clear();
            assertThat(polled(directory, status, "26")).singleElement().satisfies(message -> {
                assertThat(message.id()).isEqualTo("T-1:" + status + ":0");
                assertThat(message.kind()).isEqualTo("payment.failed");
                assertThat(message.answers()).contains("T-1");
                assertThat(TestHub.text(message.body()))
                        .containsPattern("<(\\w+:)?amount-cents>0</")
                        .containsPattern("<(\\w+:)?ordered-cents>2600</");
            });
        }
    }

    @Test
    void anOpenPaymentIsAwaitedAndItsLinkIsHandedOverOnce(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("T-1", "INITIAL", "26");
            hub.poll(source);
            hub.poll(source);
            assertThat(hub.inbox().offered()).singleElement().satisfies(message -> {
                assertThat(message.kind()).isEqualTo("payment.open");
                assertThat(message.answers()).isEmpty();
                assertThat(message.caseId()).contains("PIR-2026-000001");
                assertThat(TestHub.text(message.body()))
                        .containsPattern("<(\\w+:)?pay-at>https://pay.example/go/T-1</");
            });
            assertThat(waiting()).isEqualTo(1);
            service.states.put("T-1", Service.transaction("T-1", "PAYED", Service.request("26")));
            hub.poll(source);
            assertThat(hub.inbox().messages())
                    .extracting(Message::kind)
                    .containsExactly("payment.open", "payment.status");
            assertThat(waiting()).isZero();
        }
    }

    @Test
    void oneThatCannotBeAskedForDoesNotHoldUpTheOthers(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("T-1", "PAYED", "0.005");
            awaits("T-2", "PAYED", "26");
            awaits("T-3", "REFUNDED", "26");
            awaits("T-4", "PAYED", "1");
            awaits("../T-5", "PAYED", "1");
            awaits("T-6", "PAYED", "\"26\"");
            service.states.remove("T-6");
            assertThatThrownBy(() -> hub.poll(source))
                    .hasMessageStartingWith("4 payments")
                    .hasMessageContaining("404");
            assertThat(hub.inbox().messages()).extracting(Message::id).containsExactly("T-2:PAID:2600", "T-4:PAID:100");
            assertThat(service.requests).noneMatch(each -> each.contains(".."));
        }
    }

    @Test
    void anAnswerThatDoesNotFitTheQuestionIsNotBelieved(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("T-1", "PAYED", "26");
            for (var wrong : List.of(
                    Service.transaction("T-2", "PAYED", Service.request("26")),
                    Service.transaction("T-1", "PAYED", Service.request("26").replace("EUR", "USD")),
                    Service.transaction("T-1", "PAYED", Service.request("26")).replace("KZ-T-1", ""),
                    Service.transaction("T-1", "PAYED", "{}"))) {
                service.states.put("T-1", wrong);
                assertThatThrownBy(() -> hub.poll(source)).as(wrong).hasMessageContaining("pay.answer");
            }
            assertThat(hub.inbox().offered()).isEmpty();
        }
    }

    @Test
    void manyWhoDoNotPayDoNotHideOneWhoDoes(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            for (int i = 0; i < 250; i++) {
                awaits("unpaid-" + i, "INITIAL", "26");
            }
            awaits("T-1", "PAYED", "26");
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(200).noneMatch(each -> each.kind()
                    .equals("payment.status"));
            hub.poll(source);
            assertThat(hub.inbox().messages()).extracting(Message::id).contains("T-1:PAID:2600");
        }
    }

    @Test
    void aServiceThatSaysNoIsAskedNothingMore(@TempDir Path directory) throws Exception {
        hub(directory);
        service.refuses("status", 403, "FORBIDDEN");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("T-1", "PAYED", "26");
            assertThatThrownBy(() -> hub.poll(source)).hasMessageContaining("FORBIDDEN");
            assertThat(service.requests).hasSize(1);
        }
    }

    private List<Message> polled(Path directory, String status, String amount) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("T-1", status, amount);
            return hub.poll(source).messages();
        }
    }

    private void awaits(String id, String status, String amount) {
        open.add(new Awaited(id, "PIR-2026-000001", Instant.parse("2026-11-24T09:00:00Z"), Map.of()));
        hub.inbox().awaits("orders", open.toArray(new Awaited[0]));
        service.states.put(id, Service.transaction(id, status, Service.request(amount)));
    }

    @Override
    public ConnectorFactory factory() {
        return new XBezahldienste();
    }

    @Override
    public TestHub hub(Path directory) {
        hub = new TestHub(directory)
                .with("url", service.url())
                .with("originator", "gewerbe-99050012104000")
                .with("redirect-url", "https://amt.example/zurueck")
                .with("token-url", service.tokens())
                .with("client-id", "pirna")
                .with("client-secret", "s3cret&");
        return hub;
    }

    /** An order that has been paid, and the hub does not know yet. */
    @Override
    public void put(String name) {
        awaits(name.replace(' ', '-'), "PAYED", "26.00");
    }

    @Override
    public int waiting() {
        return hub.inbox().awaited("orders", Integer.MAX_VALUE).size();
    }

    @Override
    public int keptRejected() {
        return 0;
    }

    @Override
    public int mostAtOnce() {
        return 200;
    }

    @Override
    public boolean takesItemsAway() {
        return false;
    }

    @Override
    public void unreachable() {
        service.stop();
    }

    @Override
    public void reachable() throws Exception {
        service.restart();
    }
}
