package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.ClusterUpgrade.Phase;
import dev.garboard.inventory.ClusterUpgrade.Step;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClusterUpgradeTest {

    private static final Instant BEGUN = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant LATER = BEGUN.plusSeconds(60);
    private static final ClusterSnapshot SNAPSHOT = new ClusterSnapshot("/s/lab.db", "a".repeat(64), 1);

    private static final ClusterSnapshot OTHER = new ClusterSnapshot("/s/other.db", "b".repeat(64), 2);

    private final ClusterUpgrade full = new ClusterUpgrade(
            "1", "2", "b", Phase.WORKERS, "m", Step.SWAPPING, true, "says", "fails", BEGUN, BEGUN, SNAPSHOT, 7, null);

    @Test
    void aChangeChangesWhatItNamesAndNothingElse() {
        assertEquals(
                new ClusterUpgrade(
                        "1",
                        "2",
                        "c",
                        Phase.WORKERS,
                        "m",
                        Step.SWAPPING,
                        true,
                        "says",
                        "fails",
                        BEGUN,
                        BEGUN,
                        SNAPSHOT,
                        7,
                        null),
                full.withBundle("c"));
        assertEquals(
                new ClusterUpgrade(
                        "1",
                        "2",
                        "b",
                        Phase.WORKERS,
                        "m",
                        Step.SWAPPING,
                        true,
                        "says",
                        "fails",
                        BEGUN,
                        BEGUN,
                        OTHER,
                        7,
                        null),
                full.withSnapshot(OTHER));
        assertEquals(
                new ClusterUpgrade(
                        "1",
                        "2",
                        "b",
                        Phase.WORKERS,
                        "m",
                        Step.SWAPPING,
                        true,
                        "says",
                        "fails",
                        BEGUN,
                        BEGUN,
                        SNAPSHOT,
                        8,
                        null),
                full.withEndpointWatches(8));
        assertEquals(
                new ClusterUpgrade(
                        "1",
                        "2",
                        "b",
                        Phase.WORKERS,
                        "m",
                        Step.SWAPPING,
                        true,
                        "x",
                        "y",
                        BEGUN,
                        BEGUN,
                        SNAPSHOT,
                        7,
                        null),
                full.saying("x", "y"));
        assertEquals(
                new ClusterUpgrade(
                        "1",
                        "2",
                        "b",
                        Phase.WORKERS,
                        "n",
                        Step.DRAINING,
                        false,
                        "",
                        "",
                        BEGUN,
                        LATER,
                        SNAPSHOT,
                        7,
                        null),
                full.at("n", Step.DRAINING, false, LATER));
        assertEquals(
                new ClusterUpgrade(
                        "1", "2", "b", Phase.ADD_ONS, null, null, false, "", "", BEGUN, LATER, SNAPSHOT, 7, null),
                full.in(Phase.ADD_ONS, LATER));
        assertEquals(
                new ClusterUpgrade(
                        "1", "2", "b", Phase.DONE, null, null, false, "", "", BEGUN, LATER, SNAPSHOT, 7, LATER),
                full.in(Phase.DONE, LATER));
    }
}
