package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the hub relies on in every {@link Source}. Implement it in a test class, and it brings its tests along; {@link SinkContract}
 * shows how.
 *
 * <p>The promise in short: a message is taken when {@code accept} returns, and only then the source acknowledges it outside.
 * Whatever goes wrong before that, the same item comes again at a later poll under the same id. What the hub has answered is never
 * offered a second time for ever, and what it has rejected is kept for the sender to see.
 */
public interface SourceContract {

    /** A new factory at every call. */
    ConnectorFactory factory();

    /**
     * A hub whose settings lead to an outside system where nothing is waiting. Called once, first, in each test.
     *
     * @param directory empty; everything this test writes belongs into it
     */
    TestHub hub(Path directory) throws Exception;

    /** Lays one item ready outside. Another name makes another item; items put earlier are older. */
    void put(String name) throws Exception;

    /** How many items a poll would still find. */
    int waiting() throws Exception;

    /** How many items that the hub rejected are kept where the sender, or a person, finds the original. */
    int keptRejected() throws Exception;

    /** The most messages one poll hands over. */
    int mostAtOnce();

    /** From now on the outside system cannot be reached. */
    void unreachable() throws Exception;

    /** The same outside system can be reached again, with all it had. */
    void reachable() throws Exception;

    /**
     * False for a source that reads a state instead of taking items away, such as a payment's: it cannot move what was rejected, so
     * the two tests about that are skipped. The source is then bounded by what the hub awaits.
     */
    default boolean takesItemsAway() {
        return true;
    }

    /** The hub reads the card before anything is opened, and compares it between versions. */
    @Test
    default void theDescriptorIsStableAndComplete() {
        ContractChecks.descriptorIsStableAndComplete(factory(), factory(), Direction.IN);
    }

    @Test
    default void theFactoryIsFoundByItsServiceLine() {
        ContractChecks.factoryIsNamedInTheServiceFile(factory());
    }

    @Test
    default void whatIsWaitingIsHandedOverOnce(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            put("two");
            put("three");
            opened.poll();
            assertThat(opened.inbox().messages()).hasSize(3);
            assertThat(waiting()).as("still waiting after it was taken").isZero();
            opened.poll();
            assertThat(opened.inbox().offered()).as("not offered again").hasSize(3);
        }
    }

    @Test
    default void nothingWaitingIsNothingHandedOver(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            opened.poll();
            assertThat(opened.inbox().offered()).isEmpty();
        }
    }

    /** {@code accept} throws: the database is away. Nothing may be acknowledged; later all of it comes under the same ids. */
    @Test
    default void whatTheHubCouldNotTakeComesAgainUnderTheSameId(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            put("two");
            opened.inbox().mode(Mode.REFUSE);
            opened.pollAndIgnoreTrouble();
            assertThat(opened.inbox().offered()).as("tried to hand over").isNotEmpty();
            assertThat(waiting()).as("still waiting").isEqualTo(2);
            var refused = ids(opened.inbox().offered());
            opened.inbox().mode(Mode.TAKE);
            opened.poll();
            assertThat(ids(opened.inbox().messages())).hasSize(2).containsAll(refused);
            assertThat(waiting()).isZero();
        }
    }

    /** The hub is killed between its commit and the acknowledgement, and starts anew: a duplicate, not a second message. */
    @Test
    default void anAnswerThatGotLostMakesADuplicateAndNoSecondMessage(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            opened.inbox().mode(Mode.LOSE_ANSWER);
            opened.pollAndIgnoreTrouble();
            var first = ids(opened.inbox().messages());
            assertThat(first).hasSize(1);
            opened.inbox().mode(Mode.TAKE);
            try (var factory = factory();
                    var afterRestart = opened.hub().open(factory, Source.class)) {
                opened.hub().poll(afterRestart);
            }
            assertThat(ids(opened.inbox().messages())).isEqualTo(first);
            assertThat(opened.inbox().quarantined())
                    .as("the same bytes under the same id")
                    .isEmpty();
            assertThat(waiting()).isZero();
        }
    }

    @Test
    default void differentItemsHaveDifferentIds(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            put("two");
            opened.poll();
            assertThat(ids(opened.inbox().offered())).hasSize(2).doesNotHaveDuplicates();
        }
    }

    /** Rejected is final: it does not come for ever, and the sender's original is not thrown away. */
    @Test
    default void whatTheHubRejectedIsKeptForTheSenderAndNotOfferedAgain(@TempDir Path directory) throws Exception {
        Assumptions.assumeThat(takesItemsAway()).as("takes items away").isTrue();
        try (var opened = Opened.of(this, directory)) {
            put("one");
            opened.inbox().mode(Mode.REJECT);
            opened.poll();
            opened.inbox().mode(Mode.TAKE);
            opened.poll();
            assertThat(opened.inbox().offered()).hasSize(1);
            assertThat(waiting()).isZero();
            assertThat(keptRejected()).isEqualTo(1);
        }
    }

    /** Quarantined means: the hub holds it. Outside it is done. */
    @Test
    default void whatTheHubQuarantinedIsNotOfferedAgain(@TempDir Path directory) throws Exception {
        Assumptions.assumeThat(takesItemsAway()).as("takes items away").isTrue();
        try (var opened = Opened.of(this, directory)) {
            put("one");
            opened.inbox().mode(Mode.QUARANTINE);
            opened.poll();
            opened.poll();
            assertThat(opened.inbox().offered()).hasSize(1);
            assertThat(waiting()).isZero();
        }
    }

    /** A rejected item does not hold up the ones behind it. */
    @Test
    default void aRejectedItemDoesNotHoldUpTheNext(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            opened.inbox().mode(Mode.REJECT);
            opened.poll();
            put("two");
            opened.inbox().mode(Mode.TAKE);
            opened.poll();
            assertThat(opened.inbox().messages()).isNotEmpty();
        }
    }

    /** One municipality's backlog does not keep the hub from asking the next one. */
    @Test
    default void aPollIsBoundedAndTheNextOneGoesOn(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            for (var i = 0; i <= mostAtOnce(); i++) {
                put("item " + i);
            }
            opened.poll();
            assertThat(opened.inbox().offered()).hasSizeBetween(1, mostAtOnce());
            opened.poll();
            assertThat(opened.inbox().messages()).hasSize(mostAtOnce() + 1);
        }
    }

    /** The hub shows why and asks again later; it needs to be told by a throw, for an empty poll would look like peace. */
    @Test
    default void anUnreachableSystemThrowsAndTheSourceIsUsableAfterwards(@TempDir Path directory) throws Exception {
        try (var opened = Opened.of(this, directory)) {
            put("one");
            unreachable();
            assertThatCode(opened::poll).as("polling what cannot be reached").isInstanceOf(Exception.class);
            assertThat(opened.inbox().offered()).isEmpty();
            reachable();
            opened.poll();
            assertThat(opened.inbox().messages()).hasSize(1);
        }
    }

    /** Closing is also done after a failed opening, and again at the hub's end. */
    @Test
    default void closingTwiceIsHarmless(@TempDir Path directory) throws Exception {
        var factory = factory();
        var source = hub(directory).open(factory, Source.class);
        source.close();
        assertThatCode(source::close).as("closing the connector again").doesNotThrowAnyException();
        factory.close();
        assertThatCode(factory::close).as("closing the factory again").doesNotThrowAnyException();
    }

    private static List<String> ids(List<Message> messages) {
        return messages.stream().map(Message::id).toList();
    }

    /** A source opened for one test, with the hub and the factory it came from. */
    record Opened(TestHub hub, ConnectorFactory factory, Source source) implements AutoCloseable {

        static Opened of(SourceContract contract, Path directory) throws Exception {
            var hub = contract.hub(directory);
            var factory = contract.factory();
            return new Opened(hub, factory, hub.open(factory, Source.class));
        }

        TestInbox inbox() {
            return hub.inbox();
        }

        void poll() throws Exception {
            hub.poll(source);
        }

        /** A source may let the inbox's trouble through, or note it and return: both are right. */
        @SuppressWarnings("EmptyCatch") // either is allowed, and what follows shows that nothing was lost
        void pollAndIgnoreTrouble() {
            try {
                hub.poll(source);
            } catch (Exception e) {
                // expected of a source that lets it through
            }
        }

        @Override
        public void close() throws Exception {
            source.close();
            factory.close();
        }
    }
}
