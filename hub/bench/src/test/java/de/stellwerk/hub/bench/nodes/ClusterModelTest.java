package de.stellwerk.hub.bench.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClusterModelTest {

    private static final Given MEASURED = new Given(1.2, 0.5, 0.3, 3_000, 15_000, 2, 0);

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
