package de.stellwerk.hub.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeitwegIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"04011000-12345-03", "991-03730-19"})
    void anIdHoldsWithItsCheckDigits(String id) {
        assertThat(LeitwegId.holds(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "04011000-12345-04",
                "04011000-12354-03",
                "04011001-12345-03",
                "04011000 12345 03",
                "04011000-12345",
                "4-03",
                "",
                "Bestellung 4711"
            })
    void aWrongDigitOrAnotherFormIsFound(String id) {
        assertThat(LeitwegId.holds(id)).isFalse();
    }
}
