package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of machines that hold something up, beside what {@link ClusterPlannerTest} follows step by step. */
class MembershipTest {

    /** It refuses what would write over the other cluster, and is the founder for good: labels alone change nothing. */
    @Test
    void howAnotherMachineComesToFoundIsSaidHoweverMuchTheFounderSays() {
        var site = Site.of(2, 0);
        site.settle();
        site.trouble("cp1", "Etcd failed: this node has a part in another cluster" + ", and another".repeat(100));

        site.settle();

        var said = site.condition("Bootstrapped");
        assertTrue(
                said.contains(
                        "holds another cluster that is not to be lost, take its labels away, delete the Cluster and"
                                + " declare it again: Etcd failed: this node has a part in another cluster"),
                said);
        assertEquals(List.of("cp1 JOINING", "cp2 WAITING"), site.stages());
    }

    /** Such as a disk that was replaced, and that nobody gave up. */
    @Test
    void whyAMachineDoesNotAnswerItsOrderToLeaveIsSaid() {
        var site = Site.of(1, 1);
        site.ordered.add("w1");
        site.trouble("w1", "StateDisk failed: the disk sda has ext4 on it");
        site.settle();

        assertEquals(
                "the machine was ordered to leave a cluster and has not said yet that it did: StateDisk failed: the disk sda"
                        + " has ext4 on it",
                site.node("w1").message());
    }
}
