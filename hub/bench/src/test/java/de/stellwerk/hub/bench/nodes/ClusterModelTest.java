package de.stellwerk.hub.bench.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClusterModelTest {

    /** One node with its database and the load on two cores: bin/bench --short, 2 KiB, 64 senders. docs/skalierung.md names the run. */
    private static final Given MEASURED = new Given(13.20, 1.94, 0.98, 5_709, 25_950, 2, 0);

    private static final double MEASURED_PER_SECOND = 121;

    @Test
    void oneNodeComputedDoesWhatOneNodeMeasuredDid() {
        assertThat(ClusterModel.run(MEASURED, 1, 1).perSecond())
                .isCloseTo(MEASURED_PER_SECOND, within(0.15 * MEASURED_PER_SECOND));
    }

    @Test
    void twoNodesDoTwiceTheWorkWhileTheDatabaseIsIdle() {
        var given = new Given(10, 0.1, 0, 6_000, 26_000, 2, 8);
        var one = ClusterModel.run(given, 1, 1);
        assertThat(one.perSecond()).isCloseTo(200, within(10.0));
        assertThat(one.bottleneck()).isEqualTo("CPU Knoten");
        assertThat(ClusterModel.run(given, 2, 1).perSecond() / one.perSecond()).isCloseTo(2, within(0.1));
    }

    @Test
    void moreNodesDoNoMoreWhenTheDiskIsBusy() {
        var given = new Given(0.2, 0.1, 0, 2_000, 8_000, 2, 16);
        var four = ClusterModel.run(given, 4, 1);
        var eight = ClusterModel.run(given, 8, 1);
        assertThat(four.disk()).isGreaterThan(0.95);
        assertThat(four.bottleneck()).isEqualTo("Commits");
        assertThat(eight.perSecond() / four.perSecond()).isBetween(0.9, 1.3);
    }

    @Test
    void theSameSeedGivesTheSame() {
        assertThat(ClusterModel.run(MEASURED, 1, 7)).isEqualTo(ClusterModel.run(MEASURED, 1, 7));
    }

    @Test
    void whatIsNotMeasuredIsAskedFor() {
        assertThatThrownBy(() -> NodesBench.table("--hub-ms", "1")).hasMessageContaining("--database-ms");
        assertThatThrownBy(() -> NodesBench.table("--speed", "1")).hasMessageContaining("--speed");
    }
}
