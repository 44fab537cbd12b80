package de.stellwerk.plugins.epaybl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
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

class EpayblSourceTest implements SourceContract {

    private final Platform platform;
    private final List<Awaited> open = new ArrayList<>();
    private TestHub hub = new TestHub(Path.of("not-opened"));

    EpayblSourceTest() throws Exception {
        platform = new Platform();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aPaymentIsAMessageThatAnswersItsOrder(@TempDir Path directory) throws Exception {
        assertThat(polled(directory, "26.00 of 26.00")).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("100:PAID:2600");
            assertThat(message.kind()).isEqualTo("payment.status");
            assertThat(message.answers()).contains("100");
            assertThat(message.headers())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("kassenzeichen", "100", "amount-cents", "2600", "currency", "EUR", "state", "PAID"));
            assertThat(TestHub.text(message.body()))
                    .contains("urn:stellwerk:payment:1")
                    .containsPattern("<(\\w+:)?kassenzeichen>100</")
                    .containsPattern("<(\\w+:)?state>PAID</")
                    .containsPattern("<(\\w+:)?amount-cents>2600</")
                    .containsPattern("<(\\w+:)?ordered-cents>2600</")
                    .containsPattern("<(\\w+:)?currency>EUR</");
        });
    }

    @Test
    void nothingPaidIsNothingHandedOver(@TempDir Path directory) throws Exception {
        assertThat(polled(directory, "0.00 of 26.00")).isEmpty();
    }

    @Test
    void tooMuchIsSaidAndFinal(@TempDir Path directory) throws Exception {
        assertThat(polled(directory, "27.00 of 26.00")).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("100:OVERPAID:2700");
            assertThat(message.answers()).contains("100");
        });
    }

    @Test
    void aPartIsSaidOnceAndTheRestIsAwaited(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("100", "6.00 of 26.00");
            hub.poll(source);
            hub.poll(source);
            assertThat(hub.inbox().messages()).extracting(Message::id).containsExactly("100:PARTIAL:600");
            platform.paid.put("100", "26.00 of 26.00");
            hub.poll(source);
            assertThat(hub.inbox().messages())
                    .extracting(Message::id)
                    .containsExactly("100:PARTIAL:600", "100:PAID:2600");
            assertThat(waiting()).isZero();
        }
    }

    @Test
    void oneThatCannotBeAskedForDoesNotHoldUpTheOthers(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("100", "0.005 of 26.00");
            awaits("101", "26.00 of 26.00");
            awaits("102", "x of 26.00");
            awaits("103", "1.00 of 1.00");
            assertThatThrownBy(() -> hub.poll(source)).hasMessageStartingWith("2 Kassenzeichen");
            assertThat(hub.inbox().messages()).extracting(Message::id).containsExactly("101:PAID:2600", "103:PAID:100");
        }
    }

    @Test
    void oneThatTheHubDoesNotTakeDoesNotHoldUpThoseBehindItForEver(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("100", "26.00 of 26.00");
            awaits("101", "26.00 of 26.00");
            var without100 = new Inbox() {
                @Override
                public Receipt accept(String channel, Message message) {
                    if (message.id().startsWith("100:")) {
                        throw new IllegalStateException("not now");
                    }
                    return hub.inbox().accept(channel, message);
                }

                @Override
                public List<Awaited> awaited(String channel, int limit) {
                    return hub.inbox().awaited(channel, limit);
                }
            };
            assertThatThrownBy(() -> source.poll(without100)).hasMessage("not now");
            assertThatThrownBy(() -> source.poll(without100)).hasMessage("not now");
            assertThat(hub.inbox().messages()).extracting(Message::id).containsExactly("101:PAID:2600");
        }
    }

    @Test
    void manyWhoDoNotPayDoNotHideOneWhoDoes(@TempDir Path directory) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            for (int i = 0; i < 250; i++) {
                awaits("unpaid-" + i, "0.00 of 26.00");
            }
            awaits("100", "26.00 of 26.00");
            hub.poll(source);
            assertThat(hub.inbox().messages()).isEmpty();
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(1);
        }
    }

    @Test
    void aPlatformThatIsNotAliveIsAskedNothingMore(@TempDir Path directory) throws Exception {
        hub(directory);
        platform.refuses("isAlive", "-9999");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("100", "26.00 of 26.00");
            assertThatThrownBy(() -> hub.poll(source)).hasMessageContaining("-9999");
            assertThat(platform.requests).hasSize(1);
        }
    }

    private List<Message> polled(Path directory, String amounts) throws Exception {
        hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            awaits("100", amounts);
            return hub.poll(source).messages();
        }
    }

    private void awaits(String kassenzeichen, String amounts) {
        open.add(new Awaited(kassenzeichen, "PIR-2026-000001", Instant.parse("2026-11-24T09:00:00Z"), Map.of()));
        hub.inbox().awaits("orders", open.toArray(new Awaited[0]));
        platform.paid.put(kassenzeichen, amounts);
    }

    @Override
    public ConnectorFactory factory() {
        return new Epaybl();
    }

    @Override
    public TestHub hub(Path directory) {
        hub = new TestHub(directory)
                .with("url", platform.url())
                .with("mandant", "14628270")
                .with("bewirtschafter", "PIR00001")
                .with("haushaltsstelle", "1220.4311");
        return hub;
    }

    /** An order that has been paid, and the hub does not know yet. */
    @Override
    public void put(String name) {
        awaits(name.replace(' ', '-'), "26.00 of 26.00");
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
        platform.stop();
    }

    @Override
    public void reachable() throws Exception {
        platform.restart();
    }
}
