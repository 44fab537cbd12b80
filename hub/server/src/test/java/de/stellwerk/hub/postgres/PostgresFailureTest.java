package de.stellwerk.hub.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresFailureTest {
    @Test
    void aSystemThatDoesNotLetRootUnshareIsToldApart() {
        PostgresFailure failure =
                Binaries.failure("postgres.initdb", "setsid", "unshare: unshare failed: Operation not permitted\n");

        assertThat(failure.code()).isEqualTo("postgres.root");
        assertThat(failure).hasMessageContaining("Operation not permitted").hasMessageContaining("ordinary user");
    }

    @Test
    void anyOtherTroubleCarriesTheLastWordsOfTheProgram() {
        PostgresFailure failure =
                Binaries.failure("postgres.start", "postgres", "a\nb\nc\nd\ne\nFATAL: no\nLOG: the end\n");

        assertThat(failure.code()).isEqualTo("postgres.start");
        assertThat(failure).hasMessageContaining("FATAL: no / LOG: the end").hasMessageNotContaining("a /");
    }
}
