package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agentapi.v1.EtcdMember;
import dev.garboard.agentapi.v1.EtcdMembersResponse;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EtcdRosterTest {

    private static final EtcdRoster THREE = ClusterPlannerTest.roster("cp1", "cp2", "cp3");

    @Test
    void aMemberMayGoWhenTheOthersHaveAMajorityWithoutIt() {
        assertEquals("", refusal(THREE, "cp1", "cp1", "cp2", "cp3"));
        assertEquals("", refusal(THREE, "cp1", "cp2", "cp3"));
    }

    /** Two voters need both: with one of them dead etcd would stand still. */
    @Test
    void aMemberStaysWhileTheOthersHaveNone() {
        assertEquals(
                "without it etcd would have 2 voters, of which 1 are there and 2 are needed; bring back"
                        + " 0000000000000003 (cp3), or take them out first",
                refusal(THREE, "cp1", "cp1", "cp2"));
        assertEquals("", refusal(THREE, "cp3", "cp1", "cp2"));
    }

    @Test
    void ghostsCountForTheMajority() {
        var five = ClusterPlannerTest.roster("cp1", "cp2", "cp3", "gone", "lost");

        assertEquals(
                "without it etcd would have 4 voters, of which 2 are there and 3 are needed; bring back"
                        + " 0000000000000004 (gone), 0000000000000005 (lost), or take them out first",
                refusal(five, "cp1", "cp1", "cp2", "cp3"));
    }

    @Test
    void theLastVoterStays() {
        assertEquals("it is the last voter of etcd", refusal(ClusterPlannerTest.roster("cp1"), "cp1", "cp1"));
    }

    @Test
    void whoIsNoVoterMayGo() {
        assertEquals("", refusal(ClusterPlannerTest.roster("cp1"), "cp2", "cp1"));
        var learning = new EtcdRoster(
                List.of(THREE.members().getFirst(), new EtcdRoster.Member("2", "cp2", Set.of("192.0.2.2"), true)));
        assertEquals("", refusal(learning, "cp2", "cp1"));
        assertEquals("it is the last voter of etcd", refusal(learning, "cp1", "cp1"));
    }

    @Test
    void aMemberThatHasNotStartedYetIsKnownByItsAddress() {
        var roster = EtcdRoster.of(EtcdMembersResponse.newBuilder()
                .addMembers(EtcdMember.newBuilder()
                        .setId("8e9e05c52164694d")
                        .addPeerUrls("https://192.168.77.12:2380")
                        .setLearner(true))
                .build());

        assertEquals(List.of(), roster.withoutMachine(List.of(node("cp2", Stage.JOINING))));
        assertEquals(
                List.of("8e9e05c52164694d at 192.168.77.12"),
                roster.withoutMachine(List.of(node("cp2", Stage.WAITING))).stream()
                        .map(EtcdRoster.Member::text)
                        .toList());
    }

    /** Ids are hashes: without an order of our own the same loss would read differently from cluster to cluster. */
    @Test
    void membersAreInTheOrderOfTheirNamesWhateverTheirIds() {
        var roster = EtcdRoster.of(EtcdMembersResponse.newBuilder()
                .addMembers(EtcdMember.newBuilder().setId("8e9e05c52164694d").setName("m3"))
                .addMembers(EtcdMember.newBuilder().setId("91bc3c398fb3c146").setName("m1"))
                .addMembers(EtcdMember.newBuilder().setId("fd422379fda50e48").setName("m2"))
                .build());

        assertEquals(
                List.of("m1", "m2", "m3"),
                roster.members().stream().map(EtcdRoster.Member::name).toList());
    }

    private static Node node(String name, Stage stage) {
        return new Node(name, Role.CONTROL_PLANE, "192.168.77.12", "10.244.1.0/24", stage, true, "v1.37.2", "");
    }

    private static String refusal(EtcdRoster roster, String leaves, String... run) {
        return roster.refusalToLose(node(leaves, Stage.LEAVING), Set.of(run)::contains);
    }
}
