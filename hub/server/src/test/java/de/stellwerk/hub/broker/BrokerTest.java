package de.stellwerk.hub.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.BrokerConfig.Door;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class BrokerTest {
    private static final BrokerConfig CLOSED = new BrokerConfig("127.0.0.1", 0, List.of());

    @TempDir
    Path folder;

    private int count;

    @Test
    void everyPublishedIdIsHandledOnce() {
        try (Broker broker = started()) {
            List<String> handled = new ArrayList<>();
            Consumer<List<String>> handler = some -> {
                synchronized (handled) {
                    handled.addAll(some);
                }
            };
            broker.consume(Lane.ROUTE, handler);
            broker.consume(Lane.ROUTE, handler);
            List<String> ids = IntStream.range(0, 2_000).mapToObj(i -> "m" + i).toList();

            broker.publish(Lane.ROUTE, ids.subList(0, 1));
            broker.publish(Lane.ROUTE, ids.subList(1, 2_000));
            broker.publish(Lane.ROUTE, List.of());

            await().untilAsserted(() -> {
                synchronized (handled) {
                    assertThat(handled).containsExactlyInAnyOrderElementsOf(ids);
                }
            });
            await().untilAsserted(() -> assertThat(broker.depth(Lane.ROUTE)).isZero());
        }
    }

    @Test
    void theLanesDoNotMix() {
        try (Broker broker = started()) {
            ConcurrentLinkedQueue<String> delivered = new ConcurrentLinkedQueue<>();
            broker.publish(Lane.ROUTE, List.of("r1", "r2"));
            broker.publish(Lane.DELIVERY, List.of("d1"));
            await().untilAsserted(() ->
                    assertThat(broker.depth(Lane.ROUTE)).as("one bundle").isEqualTo(1));

            broker.consume(Lane.DELIVERY, delivered::addAll);

            await().untilAsserted(() -> assertThat(delivered).containsExactly("d1"));
            await().untilAsserted(() -> assertThat(broker.depth(Lane.ROUTE)).isEqualTo(1));
            await().untilAsserted(() -> assertThat(broker.depth(Lane.DELIVERY)).isZero());
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheLane() {
        try (Broker broker = started()) {
            ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();
            broker.consume(Lane.ROUTE, ids -> {
                handled.addAll(ids);
                switch (ids.get(0)) {
                    case "a" -> throw new IllegalStateException("as it happens");
                    case "b" -> throw new StackOverflowError();
                    case "c" -> Thread.currentThread().interrupt();
                    default -> {}
                }
            });

            List.of("a", "b", "c", "d").forEach(id -> broker.publish(Lane.ROUTE, List.of(id)));

            await().untilAsserted(() -> assertThat(handled).containsExactly("a", "b", "c", "d"));
        }
    }

    @Test
    void manyThreadsPublishAtOnce() throws Exception {
        try (Broker broker = started()) {
            AtomicInteger handled = new AtomicInteger();
            broker.consume(Lane.ROUTE, ids -> handled.addAndGet(ids.size()));
            List<Thread> threads = IntStream.range(0, 20)
                    .mapToObj(t -> new Thread(() ->
                            IntStream.range(0, 50).forEach(i -> broker.publish(Lane.ROUTE, List.of(t + "-" + i)))))
                    .toList();

            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }

            await().untilAsserted(() -> assertThat(handled).hasValue(1_000));
        }
    }

    @Test
    void aFullLaneRefusesAndDoesNotBlockAndTakesAgainWhenThereIsRoom() {
        try (Broker broker = started()) {
            List<String> some =
                    IntStream.range(0, 45_000).mapToObj(i -> "m" + i).toList();
            int bundles = Publishers.bundles(some.size());
            int times = (int) (BrokerSettings.LANE_IDS * 9 / 10 / bundles);
            IntStream.range(0, times).forEach(i -> broker.publish(Lane.ROUTE, some));
            await().until(() -> broker.depth(Lane.ROUTE) == (long) times * bundles);

            BrokerFailure failure = catchThrowableOfType(BrokerFailure.class, () -> broker.publish(Lane.ROUTE, some));

            assertThat(failure.code()).isEqualTo("broker.publish");
            assertThat(failure).hasMessageContaining("bundles of ids wait");
            broker.publish(Lane.DELIVERY, List.of("another lane"));

            Set<String> handled = ConcurrentHashMap.newKeySet();
            broker.consume(Lane.ROUTE, handled::addAll);
            await().until(() -> broker.depth(Lane.ROUTE) == 0);
            broker.publish(Lane.ROUTE, List.of("again"));
            await().untilAsserted(() -> assertThat(handled).contains("again").hasSize(45_001));
        }
    }

    @Test
    void theBrokersOwnLimitFailsTheWholeCommitOfSendsThatWereNotAnsweredOneByOne() throws Exception {
        try (Broker broker = started();
                ClientSession session = broker.transactedSession();
                ClientProducer producer = session.createProducer(Lane.ROUTE.queue())) {
            for (int i = 0; i < BrokerSettings.LANE_IDS; i++) {
                producer.send(session.createMessage(false));
                if (i % 1_000 == 999) {
                    session.commit();
                }
            }
            producer.send(session.createMessage(false));

            assertThatThrownBy(session::commit).isInstanceOf(ActiveMQException.class);
            await().untilAsserted(() -> assertThat(broker.depth(Lane.ROUTE)).isEqualTo(BrokerSettings.LANE_IDS));
        }
    }

    @Test
    void idsDoNotOutliveTheBrokerBecauseTheDatabaseIsTheTruth() {
        try (Broker broker = started()) {
            broker.publish(Lane.ROUTE, List.of("a"));
        }
        try (Broker broker = started()) {
            assertThat(broker.depth(Lane.ROUTE)).isZero();
        }
    }

    @Test
    void closeWaitsForAHandlerAtWorkAndEndsSoonIfItDoesNotEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Broker broker = started();
        broker.consume(Lane.DELIVERY, ids -> {
            begun.countDown();
            awaitUninterrupted(never);
        });
        broker.publish(Lane.DELIVERY, List.of("d"));
        begun.await();

        long begin = System.nanoTime();
        broker.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(12));
        never.countDown();
        assertThatThrownBy(() -> broker.publish(Lane.ROUTE, List.of("late")))
                .isInstanceOfSatisfying(
                        BrokerFailure.class, f -> assertThat(f.code()).isEqualTo("broker.closed"));
    }

    @Test
    void settingsInForceThatCouldLoseAMessageAreRefused() {
        refused(
                "no.such.address: when full",
                told -> told.getAddressSettings().get("#").setAddressFullMessagePolicy(AddressFullMessagePolicy.DROP));
        refused(
                "no route goes to dead letters",
                told -> told.getAddressSettings().get("#").setSendToDLAOnNoRoute(false));
        refused("dead letters go to", told -> told.getAddressSettings().remove("#"));
        refused(
                "creates queues",
                told -> told.getAddressSettings().get(Lane.ROUTE.queue()).setAutoCreateQueues(true));
        refused("security", told -> told.setSecurityEnabled(false));
        refused("sync of transactions", told -> told.setJournalSyncTransactional(false));
        refused("persistence", told -> told.setPersistenceEnabled(false));
        refused("roles", told -> told.getSecurityRoles().remove("#"));
        refused("there is no such queue", told -> told.getAddressConfigurations()
                .removeIf(address -> address.getName().equals(BrokerSettings.DEAD_LETTERS)));
    }

    @Test
    void aSystemPropertyThatMakesTheBrokerUnsafeIsFound() {
        System.setProperty("brokerconfig.journalSyncNonTransactional", "false");
        try {
            refused("sync outside transactions", told -> {});
        } finally {
            System.clearProperty("brokerconfig.journalSyncNonTransactional");
        }
    }

    private void refused(String words, Consumer<Configuration> alteration) {
        Broker broker = new Broker(CLOSED, folder.resolve("broker-" + ++count), alteration);
        BrokerFailure failure = catchThrowableOfType(BrokerFailure.class, broker::start);
        broker.close();
        assertThat(failure).as(words).isNotNull().hasMessageContaining(words);
        assertThat(failure.code()).isEqualTo("broker.unsafe");
    }

    @Test
    void aSecondBrokerOnTheSameFolderIsRefusedSoon() {
        try (Broker first = started()) {
            BrokerFailure failure = catchThrowableOfType(BrokerFailure.class, this::started);

            assertThat(failure.code()).isEqualTo("broker.locked");
            first.publish(Lane.ROUTE, List.of("a"));
        }
    }

    @Test
    void aPortThatIsTakenIsToldByName() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Broker broker = new Broker(new BrokerConfig("127.0.0.1", taken.getLocalPort(), List.of()), folder);

            BrokerFailure failure = catchThrowableOfType(BrokerFailure.class, broker::start);

            assertThat(failure.code()).isEqualTo("broker.port");
            assertThat(failure).hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "a.*", "", "a b", "dead-letters", "lane.route", "activemq.management", "a::b"})
    void aDoorWithANameThatWouldOpenMoreIsRefused(String queue) {
        refusedDoors(new Door(queue, "register", "geheim"));
    }

    @Test
    void doorsThatContradictEachOtherAreRefused() {
        refusedDoors(new Door("a", "register", "geheim"), new Door("a", "other", "geheim"));
        refusedDoors(new Door("a", "register", "geheim"), new Door("b", "register", "anders"));
        refusedDoors(new Door("a", "register", ""));
        refusedDoors(new Door("a", " ", "geheim"));
    }

    private void refusedDoors(Door... doors) {
        Broker broker = new Broker(new BrokerConfig("127.0.0.1", 0, List.of(doors)), folder);

        BrokerFailure failure = catchThrowableOfType(BrokerFailure.class, broker::start);

        assertThat(failure.code()).isEqualTo("broker.doors");
        assertThat(failure).hasMessageNotContaining("geheim");
    }

    private Broker started() {
        Broker broker = new Broker(CLOSED, folder);
        broker.start();
        return broker;
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
