package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.testkit.Shelf.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fault of a sink is found by the contract's test that looks for it. */
class SinkContractTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void aSinkThatMakesANewFileEachTimeIsFound() {
        caught(Fault.NEW_NAME_EACH_TIME, SinkContract::theSameDeliveryTwiceMakesOneEffectIfTheDescriptorSaysSo);
    }

    @Test
    void aSinkThatSaysDeliveredTooEarlyIsFound() {
        caught(
                Fault.SAYS_DELIVERED_WHEN_IT_FAILED,
                SinkContract::anUnreachableTargetIsNeverCalledDeliveredAndTheSinkIsUsableAfterwards);
    }

    @Test
    void aSinkThatTakesTroubleForANoIsFound() {
        caught(
                Fault.SAYS_REJECTED_WHEN_IT_FAILED,
                SinkContract::anUnreachableTargetIsNeverCalledDeliveredAndTheSinkIsUsableAfterwards);
    }

    @Test
    void aSinkThatDropsAttachmentsIsFound() {
        caught(Fault.DROPS_ATTACHMENTS, SinkContract::attachmentsArriveOrTheDeliveryIsRejected);
    }

    @Test
    void aSinkThatLeavesStreamsOpenIsFound() {
        caught(Fault.LEAVES_STREAMS_OPEN, SinkContract::everyStreamThatIsOpenedIsClosed);
    }

    @Test
    void aSinkThatShowsHalfAFileIsFound() {
        caught(Fault.WRITES_IN_PLACE, SinkContract::aBodyThatBreaksOffHasNoEffect);
    }

    @Test
    void aSinkThatTrustsNamesIsFound() {
        caught(Fault.TRUSTS_NAMES, SinkContract::hostileNamesHeadersAndIdsDoNotEscapeTheTarget);
    }

    @Test
    void aSinkThatOverwritesWhatItDeliveredBeforeIsFound() {
        caught(Fault.ONE_NAME_FOR_ALL, SinkContract::anotherDeliveryMakesAnotherEffect);
        caught(Fault.ONE_NAME_FOR_ALL, SinkContract::eightDeliveriesAtATimeMakeEightEffects);
    }

    private void caught(Fault fault, ContractTest test) {
        assertThatThrownBy(() -> test.run(ShelfTest.of(new Shelf(fault)), directory))
                .as("the contract on a sink that " + fault)
                .isInstanceOf(AssertionError.class);
    }

    private interface ContractTest {
        void run(SinkContract contract, Path directory) throws Exception;
    }
}
