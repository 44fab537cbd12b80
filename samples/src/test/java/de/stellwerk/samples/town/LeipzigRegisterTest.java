package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeipzigRegisterTest {

    @Test
    void aQuotedValueMayHoldSemicolonsAndQuotes() {
        assertThat(LeipzigRegister.columns("1;\"Bücher; Karten\";\"die \"\"Eule\"\"\";"))
                .containsExactly("1", "Bücher; Karten", "die \"Eule\"", "");
    }
}
