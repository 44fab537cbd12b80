package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.content.Part;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What targets answer is theirs to choose, and the database must be able to hold it. */
class ForeignTextTest {

    @Test
    void anAnswerWithACharacterThatNoTextCanHoldIsWrittenWithAnotherInItsPlace() {
        var clock = Clock.systemUTC();
        try (var stage = new SqlStage(clock)) {
            var ledger = stage.begin("a");
            var bytes = "form".getBytes(StandardCharsets.UTF_8);
            var part = new Part("form.txt", "text/plain", bytes.length, bytes, Optional.of(bytes), Optional.empty());
            var taken = ledger.take(new NewMessage(
                    UUID.randomUUID(),
                    "14628270",
                    "key/portal",
                    "1",
                    "form.submission",
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    List.of(part),
                    Optional.empty(),
                    true,
                    clock.instant()));
            var set = ledger.claimMessages(List.of(taken.id()));
            ledger.routed(
                    set,
                    List.of(Ledger.Routed.well(
                            set.messages().get(0),
                            "r@1",
                            List.of(new NewDelivery(
                                    "d1", "register", "out", "form.submission", Map.of(), part, List.of(), "", true)),
                            List.of(),
                            List.of(),
                            clock.instant())));
            var due = ledger.claimDeliveries(List.of("d1")).get(0);

            assertThat(ledger.concluded(List.of(Ledger.Outcome.not(
                                    due, DeliveryState.REJECTED, "target.rejected", "no\0t ours", clock.instant())))
                            .written())
                    .containsExactly("d1");
            assertThat(stage.balance().rejected()).isEqualTo(1);
        }
    }
}
