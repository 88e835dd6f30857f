package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.kubernetes.controlplane.EtcdWitnesses.Witness;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a member may give its own data up. */
class EtcdWitnessesTest {

    private static final Witness SECOND = new Witness("cp2", "c1", 7, 0, Set.of());
    private static final Witness THIRD = new Witness("cp3", "c1", 7, 0, Set.of());

    @Test
    void twoOthersWithTheSameDataAreEnough() {
        assertEquals(Optional.empty(), EtcdWitnesses.doubt(2, List.of(SECOND, THIRD)));
    }

    /** The member that refuses may be the healthy one, and the only other the damaged. */
    @Test
    void oneOtherIsNever() {
        assertEquals(
                Optional.of("of 1 other members 1 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(1, List.of(SECOND)));
        assertEquals(
                Optional.of("of 2 other members 1 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(2, List.of(THIRD)));
        assertEquals(
                Optional.of("of 0 other members 0 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(0, List.of()));
    }

    @Test
    void othersThatDifferAmongThemselvesProveNothing() {
        var damaged = new Witness("cp3", "c1", 8, 0, Set.of());

        assertEquals(
                Optional.of("the others differ among themselves: cp2 7, cp3 8"),
                EtcdWitnesses.doubt(2, List.of(SECOND, damaged)));
    }

    @Test
    void oneThatDiffersAmongManyIsEnoughForDoubt() {
        var damaged = new Witness("cp5", "c1", 8, 0, Set.of());

        assertEquals(
                Optional.of("the others differ among themselves: cp2 7, cp3 7, cp5 8"),
                EtcdWitnesses.doubt(4, List.of(SECOND, THIRD, damaged)));
    }

    @Test
    void othersOfSeveralClustersProveNothing() {
        var restored = new Witness("cp3", "c2", 7, 0, Set.of());

        assertEquals(
                Optional.of("the others are of several clusters: cp2 c1, cp3 c2"),
                EtcdWitnesses.doubt(2, List.of(SECOND, restored)));
    }

    @Test
    void hashesOverDifferentHistoriesAreNotCompared() {
        var compacted = new Witness("cp3", "c1", 7, 100, Set.of());

        assertEquals(
                Optional.of(
                        "the others have forgotten different parts of their history and cannot be compared at this moment"),
                EtcdWitnesses.doubt(2, List.of(SECOND, compacted)));
    }

    @Test
    void whileEtcdAccusesAMemberNobodyDecides() {
        var accusing = new Witness("cp3", "c1", 7, 0, Set.of("8e9e05c52164694d"));

        assertEquals(
                Optional.of("etcd has raised the alarm CORRUPT against 8e9e05c52164694d"),
                EtcdWitnesses.doubt(2, List.of(SECOND, accusing)));
    }
}
