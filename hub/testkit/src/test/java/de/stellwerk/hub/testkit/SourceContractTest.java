package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.testkit.Tray.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fault of a source is found by the contract's test that looks for it. */
class SourceContractTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void aSourceThatAcknowledgesFirstIsFound() {
        caught(Fault.ACKNOWLEDGES_FIRST, SourceContract::whatTheHubCouldNotTakeComesAgainUnderTheSameId);
    }

    @Test
    void aSourceThatMakesUpIdsIsFound() {
        caught(Fault.NEW_ID_EACH_TIME, SourceContract::anAnswerThatGotLostMakesADuplicateAndNoSecondMessage);
    }

    @Test
    void aSourceWithOneIdForAllIsFound() {
        caught(Fault.ONE_ID_FOR_ALL, SourceContract::differentItemsHaveDifferentIds);
    }

    @Test
    void aSourceThatOffersRejectedItemsForEverIsFound() {
        caught(Fault.LEAVES_REJECTED_WAITING, SourceContract::whatTheHubRejectedIsKeptForTheSenderAndNotOfferedAgain);
    }

    @Test
    void aSourceThatThrowsRejectedItemsAwayIsFound() {
        caught(Fault.THROWS_REJECTED_AWAY, SourceContract::whatTheHubRejectedIsKeptForTheSenderAndNotOfferedAgain);
    }

    @Test
    void aSourceWithoutABoundIsFound() {
        caught(Fault.TAKES_ALL_AT_ONCE, SourceContract::aPollIsBoundedAndTheNextOneGoesOn);
    }

    @Test
    void aSourceThatIsSilentAboutALostFolderIsFound() {
        caught(Fault.TAKES_TROUBLE_FOR_PEACE, SourceContract::anUnreachableSystemThrowsAndTheSourceIsUsableAfterwards);
    }

    private void caught(Fault fault, ContractTest test) {
        assertThatThrownBy(() -> test.run(TrayTest.of(new Tray(fault)), directory))
                .as("the contract on a source that " + fault)
                .isInstanceOf(AssertionError.class);
    }

    private interface ContractTest {
        void run(SourceContract contract, Path directory) throws Exception;
    }
}
