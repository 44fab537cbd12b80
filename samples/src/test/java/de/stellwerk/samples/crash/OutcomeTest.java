package de.stellwerk.samples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the comparison of the books says, and when a run counts for nothing. */
class OutcomeTest {

    private final Book book = new Book("rest", true);

    @Test
    void aMessageThatWasToldAndNeitherArrivedNorStandsInDoubtIsLost() {
        book.told(1);
        book.told(2);
        book.told(3);
        book.arrived(1, "k1", true);
        book.doubtful(2);

        assertThat(outcome(List.of()).lost()).isEqualTo(1);
        assertThat(outcome(List.of()).good()).isFalse();
        assertThat(outcome(List.of()).problems()).singleElement().asString().contains("message 3", "lost");
    }

    @Test
    void aRepeatUnderTheSameKeyIsRecognisedAndOneUnderAnotherKeyIsDoubled() {
        book.told(1);
        book.arrived(1, "k1", true);
        book.arrived(1, "k1", true);
        assertThat(outcome(List.of()).good()).isTrue();

        book.arrived(1, "k2", true);
        assertThat(outcome(List.of()).doubled()).isEqualTo(1);
        assertThat(outcome(List.of()).good()).isFalse();
    }

    @Test
    void whereRepeatsAreNotRecognisedEverySecondArrivalIsDoubled() {
        var mails = new Book("mail", false);
        mails.told(1);
        mails.arrived(1, "k1", true);
        mails.arrived(1, "k1", true);

        assertThat(mails.tally().doubled()).isEqualTo(1);
        assertThat(mails.tally().good()).isFalse();
    }

    @Test
    void otherBytesAndMessagesThatNobodySentAreWrong() {
        book.told(1);
        book.arrived(1, "k1", false);
        book.arrived(2, "k2", true);

        assertThat(outcome(List.of()).problems())
                .anySatisfy(problem -> assertThat(problem).contains("message 1", "other bytes"))
                .anySatisfy(problem -> assertThat(problem).contains("message 2", "no sender"));
    }

    @Test
    void aRunThatWasTooSmallOrLeftAPointOutHasShownNothing() {
        var reached = new Kill(1, Kill.How.POINT, "A", "rest", 1, 137, true, Duration.ofSeconds(5));
        var missed = new Kill(2, Kill.How.POINT, "B", "rest", 1, 143, false, Duration.ofSeconds(60));
        var outcome = outcome(List.of(reached, missed));

        assertThat(outcome.good()).isFalse();
        assertThat(outcome.tooSmall(2, 100, List.of("A", "B")))
                .containsExactly(
                        "only 1 kills happened, not 2", "only 7 messages were taken, not 100", "no hub was ended at B");
        assertThat(outcome.tooSmall(1, 7, List.of("A"))).isEmpty();
    }

    @Test
    void thePlanNamesPointsThatNoChannelComesTo() {
        var matrix = new Matrix(List.of("INTAKE_HELD", "PLUGIN_KEPT", "CONTENT_KEPT"), List.of(new RestToMail()), 1);

        assertThat(matrix.passedByNobody()).containsExactly("CONTENT_KEPT");
    }

    private Outcome outcome(List<Kill> kills) {
        return new Outcome(1, kills, List.of(book.tally()), 7, List.of(), Duration.ofMinutes(1));
    }
}
