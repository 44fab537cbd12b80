package de.stellwerk.hub.testkit;

import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withBody;
import static de.stellwerk.hub.testkit.TestHub.withCase;
import static de.stellwerk.hub.testkit.TestHub.withHeader;
import static de.stellwerk.hub.testkit.TestHub.withId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import de.stellwerk.hub.spi.BatchSink;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Sink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the hub relies on in every {@link Sink}. Implement it in a test class, and it brings its tests along:
 *
 * <pre>{@code
 * class FileDropTest implements SinkContract {
 *     private Path folder = Path.of("unset");
 *     public ConnectorFactory factory() { return new FileDrop(); }
 *     public TestHub hub(Path directory) throws IOException {
 *         folder = Files.createDirectory(directory.resolve("in"));
 *         return new TestHub(directory).with("folder", folder);
 *     }
 *     public Delivery acceptable(String id) { return TestHub.delivery(id, "form.submission", "<form/>"); }
 *     public int arrived() throws IOException { … count the files … }
 *     public boolean arrived(byte[] attachment) throws IOException { … is it in one of the files? … }
 *     public void unreachable() throws IOException { Files.move(folder, folder.resolveSibling("away")); }
 *     public void reachable() throws IOException { Files.move(folder.resolveSibling("away"), folder); }
 * }
 * }</pre>
 *
 * The promise in short: {@code Delivered} is said only when it has arrived, {@code Rejected} only when the target would say no
 * again; whatever is between is {@code NotSent}, {@code Unknown} or a throw, and the next attempt finds the sink usable. The tests
 * run on a target of the test's own (a folder, a server on the loopback), never on a real one.
 */
public interface SinkContract {

    /** A new factory at every call. */
    ConnectorFactory factory();

    /**
     * A hub whose settings lead to an empty target. Called once, first, in each test.
     *
     * @param directory empty; everything this test writes, the target's files too, belongs into it
     */
    TestHub hub(Path directory) throws Exception;

    /**
     * A delivery the target takes. The same id makes the same delivery, another id another one; {@link TestHub#delivery} does so.
     * A channel the connector does not have is replaced by its first outgoing one.
     */
    Delivery acceptable(String id) throws Exception;

    /** How many effects the target has seen: files, bookings, mails, orders. A repeat it has recognised is none. */
    int arrived() throws Exception;

    /** Whether these bytes have reached the target as an attachment of some delivery. */
    boolean arrived(byte[] attachment) throws Exception;

    /** From now on the target cannot be reached: the folder is gone, the server stopped. */
    void unreachable() throws Exception;

    /** The same target can be reached again, with all it had. */
    void reachable() throws Exception;

    /**
     * Why this connector leaves attachments out, if the people who run the target have agreed to that. Empty, as a rule: then an
     * attachment arrives, or its delivery is rejected.
     */
    default Optional<String> leavesAttachmentsOut() {
        return Optional.empty();
    }

    /** The hub reads the card before anything is opened, and compares it between versions. */
    @Test
    default void theDescriptorIsStableAndComplete() {
        ContractChecks.descriptorIsStableAndComplete(factory(), factory(), Direction.OUT);
    }

    @Test
    default void theFactoryIsFoundByItsServiceLine() {
        ContractChecks.factoryIsNamedInTheServiceFile(factory());
    }

    /** A connection that took too long to open is closed when it is there at last; by then its successor is open. */
    @Test
    default void oneThatIsClosedLateLeavesItsSuccessorAlone(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var factory = factory();
        var late = hub.open(factory, Sink.class);
        try (var successor = hub.open(factory, Sink.class)) {
            late.close();
            assertThat(Opened.said(successor.deliver(acceptable("one")))).isInstanceOf(Delivered.class);
            assertThat(arrived()).isEqualTo(1);
        }
    }

    /** The reference stands in the ledger, and an answer that comes later names it: it is neither empty nor a novel. */
    @Test
    default void aDeliveryArrivesOnceAndIsGivenAReference(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            var result = opened.deliver(opened.acceptable("one"));
            assertThat(result).isInstanceOf(Delivered.class);
            assertThat(((Delivered) result).reference()).isNotBlank().hasSizeLessThanOrEqualTo(200);
            assertThat(arrived()).isEqualTo(1);
        }
    }

    @Test
    default void anotherDeliveryMakesAnotherEffect(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            assertThat(opened.deliver(opened.acceptable("one"))).isInstanceOf(Delivered.class);
            assertThat(opened.deliver(opened.acceptable("two"))).isInstanceOf(Delivered.class);
            assertThat(arrived()).isEqualTo(2);
        }
    }

    /**
     * The hub died after the target had said yes, and comes again. A descriptor that says {@code recognisingRepeats} promises one
     * effect, also from a connector that was opened anew, and the same reference. One that does not say so promises nothing.
     */
    @Test
    default void theSameDeliveryTwiceMakesOneEffectIfTheDescriptorSaysSo(@TempDir Path directory) throws Exception {
        Assumptions.assumeThat(factory().descriptor().recognisesRepeats())
                .as("the target recognises repeats")
                .isTrue();
        try (var opened = Opened.of(this, directory)) {
            var first = opened.deliver(opened.acceptable("one"));
            var second = opened.deliver(withAttempt(opened.acceptable("one"), 2));
            assertThat(second).as("a repeat is answered like the first").isEqualTo(first);
            try (var factory = factory();
                    var afterRestart = opened.hub().open(factory, Sink.class)) {
                assertThat(Opened.said(afterRestart.deliver(withAttempt(opened.acceptable("one"), 3))))
                        .isEqualTo(first);
            }
            assertThat(arrived()).isEqualTo(1);
        }
    }

    /** An attachment is part of the message: dropping it in silence is losing it. */
    @Test
    default void attachmentsArriveOrTheDeliveryIsRejected(@TempDir Path directory) throws Exception {
        Assumptions.assumeThat(leavesAttachmentsOut())
                .as("attachments are left out by agreement")
                .isEmpty();
        try (var opened = Opened.of(this, directory)) {
            var first = "first attachment of the contract\n".getBytes(StandardCharsets.US_ASCII);
            var second = "second attachment of the contract\n".getBytes(StandardCharsets.US_ASCII);
            // Both have one name, as two scans often do.
            var delivery = withAttachment(
                    withAttachment(opened.acceptable("one"), Content.of("scan.bin", "application/octet-stream", first)),
                    Content.of("scan.bin", "application/octet-stream", second));
            var result = opened.deliver(delivery);
            if (result instanceof Rejected) {
                assertThat(arrived()).as("what was rejected has no effect").isZero();
            } else {
                assertThat(result).isInstanceOf(Delivered.class);
                assertThat(arrived(first))
                        .as("the first attachment has arrived")
                        .isTrue();
                assertThat(arrived(second))
                        .as("the second attachment has arrived")
                        .isTrue();
            }
        }
    }

    /** A line that is down is trouble, not an answer. When it is up again, the same connector works, without being opened anew. */
    @Test
    default void anUnreachableTargetIsNeverCalledDeliveredAndTheSinkIsUsableAfterwards(@TempDir Path directory)
            throws Exception {
        try (var opened = Opened.of(this, directory)) {
            unreachable();
            assertThat(opened.attempt(opened.acceptable("one"))).isNotInstanceOfAny(Delivered.class, Rejected.class);
            reachable();
            assertThat(arrived()).isZero();
            assertThat(opened.deliver(withAttempt(opened.acceptable("one"), 2))).isInstanceOf(Delivered.class);
            assertThat(arrived()).isEqualTo(1);
        }
    }

    /** The hub's disk fails while the body is read: half a message must not be seen, and a repeat must stay possible. */
    @Test
    default void aBodyThatBreaksOffHasNoEffect(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            var good = opened.acceptable("one");
            var broken = WatchedContent.breaking(good.body());
            assertThat(opened.attempt(withBody(good, broken))).isNotInstanceOfAny(Delivered.class, Rejected.class);
            assertThat(arrived()).isZero();
            assertThat(broken.leftOpen()).as("streams left open").isZero();
            assertThat(opened.deliver(withAttempt(good, 2))).isInstanceOf(Delivered.class);
            assertThat(arrived()).isEqualTo(1);
        }
    }

    /** A sink runs for months: a stream left open at each delivery ends it. */
    @Test
    default void everyStreamThatIsOpenedIsClosed(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            var good = opened.acceptable("one");
            var body = WatchedContent.watch(good.body());
            var attachment =
                    WatchedContent.watch(Content.of("a.bin", "application/octet-stream", new byte[] {1, 2, 3}));
            opened.attempt(withAttachment(withBody(good, body), attachment));
            assertThat(body.leftOpen()).as("streams of the body left open").isZero();
            assertThat(attachment.leftOpen())
                    .as("streams of the attachment left open")
                    .isZero();
        }
    }

    /**
     * Names, headers and cases come from senders. The hub gives out clean ids, yet a sink does not stake its target on that: nothing
     * leaves the target's place, no line is smuggled in, and the next delivery is not harmed.
     */
    @Test
    default void hostileNamesHeadersAndIdsDoNotEscapeTheTarget(@TempDir Path directory) throws Exception {
        // The hub lies deep in the temporary folder, so that what climbs out is still found.
        try (var opened = Opened.of(this, Files.createDirectories(directory.resolve("a/b/c/d")))) {
            var hostile = List.of(
                    "../escaped",
                    "../../../escaped.xml",
                    "..\\..\\escaped",
                    directory.resolve("escaped").toString(),
                    "a/../../../escaped",
                    "escaped\0.xml",
                    "escaped\r\nBcc: escaped@example.org\r\n\r\nescaped",
                    ".",
                    "..",
                    "-escaped",
                    "escaped\u202Elmx",
                    "e".repeat(300),
                    "");
            var before = arrived();
            var deliveries = 0;
            for (var name : hostile) {
                var good = opened.acceptable("good " + deliveries);
                var bytes = TestHub.bytes(good.body());
                var body = withBody(good, Content.of(name, good.body().mediaType(), bytes));
                var bad = withCase(body, name);
                for (var header : List.of("file-name", "name", "folder", "subject", "reference")) {
                    bad = withHeader(bad, header, name);
                }
                for (var header : good.headers().keySet()) {
                    opened.attempt(withHeader(good, header, name));
                    deliveries++;
                }
                opened.attempt(bad);
                opened.attempt(withAttachment(bad, Content.of(name, name, bytes)));
                opened.attempt(withId(good, name));
                deliveries += 3;
            }
            assertThat(arrived() - before)
                    .as("hostile names make at most one effect a delivery")
                    .isBetween(0, deliveries);
            assertThat(outside(directory)).as("files outside the hub's folder").isEmpty();
            var count = arrived();
            assertThat(opened.deliver(opened.acceptable("after")))
                    .as("a good delivery after the hostile ones")
                    .isInstanceOf(Delivered.class);
            assertThat(arrived()).isEqualTo(count + 1);
        }
    }

    /** The hub delivers to one connection from several threads. */
    @Test
    default void eightDeliveriesAtATimeMakeEightEffects(@TempDir Path directory) throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try (var opened = Opened.of(this, directory)) {
            var all = IntStream.range(0, 8)
                    .mapToObj(i -> (Callable<DeliveryResult>) () -> opened.deliver(opened.acceptable("parallel " + i)))
                    .toList();
            for (Future<DeliveryResult> result : threads.invokeAll(all)) {
                assertThat(result.get()).isInstanceOf(Delivered.class);
            }
            assertThat(arrived()).isEqualTo(8);
        } finally {
            threads.shutdownNow();
        }
    }

    /** What comes together is answered one by one, in its order, and recognised one by one when it comes again. */
    @Test
    default void eachOfABatchArrivesOnceAndIsGivenItsReference(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            var sink = batching(opened);
            var batch = List.of(opened.acceptable("one"), opened.acceptable("two"), opened.acceptable("three"));
            var results = sink.deliver(batch);
            assertThat(results.stream().map(Opened::said)).hasSize(3).allMatch(Delivered.class::isInstance);
            assertThat(arrived()).isEqualTo(3);
            for (var i = 0; i < 3; i++) {
                assertThat(opened.deliver(withAttempt(batch.get(i), 2)))
                        .as("a repeat is answered like the first")
                        .isEqualTo(Opened.said(results.get(i)));
            }
            assertThat(arrived()).isEqualTo(3);
        }
    }

    /** One that breaks may take the others with it, but none is called delivered that is not there, and each comes again alone. */
    @Test
    default void oneOfABatchThatBreaksOffMakesNoOtherLostOrDoubled(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            var sink = batching(opened);
            var good = opened.acceptable("two");
            var broken = WatchedContent.breaking(good.body());
            var batch = List.of(opened.acceptable("one"), withBody(good, broken), opened.acceptable("three"));
            List<DeliveryResult> results;
            try {
                results = sink.deliver(batch);
            } catch (Exception e) {
                results = List.of();
            }
            var said = results.stream().map(Opened::said).toList();
            assertThat(said.size()).as("results of three, or a throw").isIn(0, 3);
            assertThat(said).noneMatch(Rejected.class::isInstance);
            if (!said.isEmpty()) {
                assertThat(said.get(1)).as("the one that broke off").isNotInstanceOf(Delivered.class);
            }
            assertThat(arrived()).as("delivered and there").isGreaterThanOrEqualTo((int)
                    said.stream().filter(Delivered.class::isInstance).count());
            assertThat(broken.leftOpen()).as("streams left open").isZero();
            for (var each : List.of("one", "two", "three")) {
                assertThat(opened.deliver(withAttempt(opened.acceptable(each), 2)))
                        .isInstanceOf(Delivered.class);
            }
            assertThat(arrived()).isEqualTo(3);
        }
    }

    private static BatchSink batching(Opened opened) {
        Assumptions.assumeThat(opened.sink()).as("the sink takes batches").isInstanceOf(BatchSink.class);
        assertThat(opened.factory().descriptor().recognisesRepeats())
                .as("only what recognises repeats is given batches")
                .isTrue();
        return (BatchSink) opened.sink();
    }

    /** Closing is also done after a failed opening, and again at the hub's end. */
    @Test
    default void closingTwiceIsHarmless(@TempDir Path directory) throws Exception {
        var factory = factory();
        var sink = hub(directory).open(factory, Sink.class);
        sink.close();
        assertThatCode(sink::close).as("closing the connector again").doesNotThrowAnyException();
        factory.close();
        assertThatCode(factory::close).as("closing the factory again").doesNotThrowAnyException();
    }

    private static List<Path> outside(Path directory) throws Exception {
        try (var all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(directory.resolve("a/b/c/d")))
                    .toList();
        }
    }

    /** A sink opened for one test, with the hub and the factory it came from. */
    record Opened(SinkContract contract, TestHub hub, ConnectorFactory factory, Sink sink) implements AutoCloseable {

        static Opened of(SinkContract contract, Path directory) throws Exception {
            var hub = contract.hub(directory);
            var factory = contract.factory();
            return new Opened(contract, hub, factory, hub.open(factory, Sink.class));
        }

        Delivery acceptable(String id) throws Exception {
            var delivery = contract.acceptable(id);
            var out = factory.descriptor().channels().stream()
                    .filter(channel -> channel.direction() == Direction.OUT)
                    .map(Channel::name)
                    .toList();
            if (out.isEmpty()) {
                return fail("the descriptor has no outgoing channel");
            }
            return out.contains(delivery.channel()) ? delivery : TestHub.onChannel(delivery, out.get(0));
        }

        /** What it says, without what it proves it with. */
        DeliveryResult deliver(Delivery delivery) throws Exception {
            return said(sink.deliver(delivery));
        }

        static DeliveryResult said(DeliveryResult result) {
            return result instanceof DeliveryResult.WithReceipts with ? with.result() : result;
        }

        /** As the hub sees it: a throw is {@code Unknown}, an {@code Error} is a defect and ends the test. */
        DeliveryResult attempt(Delivery delivery) {
            try {
                return deliver(delivery);
            } catch (Exception e) {
                return new Unknown(e.toString());
            }
        }

        @Override
        public void close() throws Exception {
            sink.close();
            factory.close();
        }
    }
}
