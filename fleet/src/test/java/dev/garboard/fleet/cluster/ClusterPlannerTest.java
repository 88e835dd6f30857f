package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.NodeDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterPlannerTest {

    private static final String FOUNDING =
            "False Founding: cp1 founds the cluster, and no other machine ever will; if it never comes back, or holds another"
                    + " cluster that is not to be lost, take its labels away, delete the Cluster and declare it again: ";

    @Test
    void oneControlPlaneFoundsAndAllOthersWait() {
        var site = Site.of(3, 2);

        var status = site.settle();

        assertEquals(List.of("cp1 JOINING", "cp2 WAITING", "cp3 WAITING", "w1 WAITING", "w2 WAITING"), site.stages());
        assertEquals("cp1", status.bootstrapMachine());
        assertEquals("Bootstrapping", status.phase());
        assertFalse(status.bootstrapped());
        assertEquals("kubernetes-1.37.2", status.bundle());
        assertEquals(
                "waits until control plane cp1 is a voter and its API answers",
                site.node("w1").message());
    }

    @Test
    void growsOneControlPlaneAtATimeAndAllWorkersAtOnce() {
        var site = Site.of(3, 2);
        site.settle();
        site.serves("cp1");

        site.settle();

        assertEquals(List.of("cp1 MEMBER", "cp2 JOINING", "cp3 WAITING", "w1 JOINING", "w2 JOINING"), site.stages());
        site.ready("w1", "w2");
        site.serves("cp2");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 MEMBER", "cp3 JOINING", "w1 MEMBER", "w2 MEMBER"), site.stages());
        site.serves("cp3");
        var status = site.settle();
        assertEquals("Ready", status.phase());
        assertEquals(
                List.of(3, 3, 2, 2),
                List.of(status.controlPlanes(), status.controlPlanesReady(), status.workers(), status.workersReady()));
    }

    @Test
    void nobodyElseFoundsWhenTheFounderDiesOnTheWay() {
        var site = Site.of(3, 0);
        site.settle();
        site.disconnect("cp1");

        var status = site.settle();

        assertEquals("cp1", status.bootstrapMachine());
        assertEquals(List.of("cp1 JOINING", "cp2 WAITING", "cp3 WAITING"), site.stages());
        assertEquals(
                FOUNDING
                        + "the machine was lost on its way; it goes on when it is back: `garboard boots cp1` shows how far"
                        + " it came",
                site.condition("Bootstrapped"));
    }

    @Test
    void nobodyElseFoundsWhenTheFounderIsDeselectedRejectedOrDeleted() {
        var deselected = Site.of(2, 0);
        deselected.settle();
        deselected.relabel("cp1", Map.of());
        var rejected = Site.of(2, 0);
        rejected.settle();
        rejected.accept("cp1", Acceptance.REJECTED);
        var deleted = Site.of(2, 0);
        deleted.settle();
        deleted.machines.remove("cp1");

        for (var site : List.of(deselected, rejected, deleted)) {
            site.settle();
            assertEquals("cp1", site.cluster.status().bootstrapMachine());
            assertEquals(List.of("cp1 JOINING", "cp2 WAITING"), site.stages());
        }
    }

    @Test
    void aPlanMadeAgainAfterACrashIsTheSame() {
        var site = Site.of(3, 2);
        site.settle();
        var before = site.cluster;

        // The server crashed after it had stored the choice; other machines come first by name now, and nothing is
        // known of Kubernetes.
        site.machine("a-new-one", "control-plane", "192.168.77.99");
        var again = site.settle();

        assertEquals(before.status().bootstrapMachine(), again.bootstrapMachine());
        assertEquals(
                List.of(),
                site.cluster.status().nodes().stream()
                        .filter(node -> node.stage() != ClusterStatus.Stage.WAITING)
                        .filter(node -> !node.machine().equals("cp1"))
                        .toList());
    }

    @Test
    void bootstrapIsInOneDocumentAndOnlyUntilItIsDone() {
        var site = Site.of(3, 0);
        site.settle();
        assertEquals(
                List.of(true, List.of()),
                List.of(
                        site.document("cp1", Etcd.class).bootstrap(),
                        site.document("cp1", Etcd.class).members()));
        assertEquals(
                List.of("KubernetesBundle", "ContainerRuntime"),
                site.documents("cp2").stream().map(NodeDocument::kind).toList());

        site.serves("cp1");
        site.settle();

        assertFalse(site.document("cp1", Etcd.class).bootstrap());
        var second = site.document("cp2", Etcd.class);
        assertFalse(second.bootstrap());
        assertEquals(
                List.of("cp1"), second.members().stream().map(Etcd.Member::name).toList());
    }

    @Test
    void aFounderThatLosesItsDataDoesNotFoundAgain() {
        var site = Site.of(1, 0);
        site.settle();
        site.serves("cp1");
        site.settle();

        // It booted again without a disk: nothing is applied, no API answers.
        site.answering.clear();
        site.applied("cp1");
        var status = site.settle();

        assertTrue(status.bootstrapped());
        assertFalse(site.document("cp1", Etcd.class).bootstrap());
        assertTrue(
                site.condition("EtcdQuorum")
                        .startsWith(
                                "False Lost: 0 of 1 members are there, 1 are needed: etcd takes no write. Bring back"
                                        + " cp1"),
                site.condition("EtcdQuorum"));
    }

    @Test
    void anEtcdWithoutMajorityIsSaidUntilOneMemberIsBack() {
        var site = Site.of(3, 0);
        for (var name : List.of("cp1", "cp2", "cp3")) {
            site.settle();
            site.serves(name);
        }
        site.settle();
        assertEquals("True Complete: 3 of 3 members are there, 2 are needed", site.condition("EtcdQuorum"));

        site.disconnect("cp2");
        site.disconnect("cp3");
        site.answering.clear();
        site.settle();

        assertEquals(
                "False Lost: 1 of 3 members are there, 2 are needed: etcd takes no write. Bring back cp2 (the machine"
                        + " is not connected; look at its console), cp3 (the machine is not connected; look at its"
                        + " console); if too much of their data is gone, restore a snapshot: garboard cluster etcd restore"
                        + " lab FILE",
                site.condition("EtcdQuorum"));

        site.serves("cp2");
        site.reconnect("cp2");
        site.settle();
        assertEquals("True Reduced: 2 of 3 members are there, 2 are needed", site.condition("EtcdQuorum"));
    }

    @Test
    void whatHoldsAMachineUpThatLeavesIsSaid() {
        var site = Site.of(1, 1);
        site.settle();
        site.serves("cp1");
        site.settle();
        site.ready("w1");
        site.settle();

        site.relabel("w1", Map.of());
        site.emptying.put("w1", "1 pods are still there; default/web-1 may not go now: its budget");
        site.settle();

        assertEquals(
                "it is being emptied; its documents go when nothing of the cluster is left on it (1 pods are still"
                        + " there; default/web-1 may not go now: its budget)",
                site.node("w1").message());
    }

    @Test
    void aMachineThatStillHasAFormerPartBeginsOnlyWhenItIsRemoved() {
        var site = Site.of(1, 1);
        site.applied("w1", "Kubelet");
        site.settle();
        site.serves("cp1");
        site.settle();

        assertEquals(List.of("cp1 MEMBER", "w1 WAITING"), site.stages());
        assertEquals(
                "the machine still removes what it had of a cluster before",
                site.node("w1").message());

        site.applied("w1");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 JOINING"), site.stages());
    }

    @Test
    void everyControlPlaneLeadsToItselfUnlessAnEndpointIsDeclared() {
        var site = Site.of(3, 0);
        site.settle();
        site.serves("cp1");
        site.settle();

        assertEquals(
                List.of("192.168.77.11:6443", "192.168.77.12:6443"),
                List.of(
                        site.document("cp1", ControlPlane.class).endpoint().toString(),
                        site.document("cp2", ControlPlane.class).endpoint().toString()));
    }

    @Test
    void aVoterWithoutAnApiHoldsTheNextOneUp() {
        var site = Site.of(3, 0);
        site.settle();
        site.serves("cp1");
        site.settle();
        site.applied("cp2", Site.ETCD);
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 JOINING", "cp3 WAITING"), site.stages());

        site.applied("cp2", Site.ETCD, Site.CONTROL_PLANE);
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 JOINING", "cp3 WAITING"), site.stages());

        site.answering.add("cp2");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 MEMBER", "cp3 JOINING"), site.stages());
    }

    @Test
    void nobodyIsAddedWhileAMemberIsSilent() {
        var site = Site.of(3, 0);
        site.settle();
        site.serves("cp1");
        site.settle();
        site.serves("cp2");
        site.disconnect("cp1");
        site.answering.remove("cp1");

        site.settle();

        assertEquals(List.of("cp1 MEMBER", "cp2 MEMBER", "cp3 WAITING"), site.stages());
        assertEquals(
                "waits until the API of every control plane answers",
                site.node("cp3").message());
        assertTrue(site.condition("EtcdQuorum").startsWith("False Lost: 1 of 2 members are there, 2 are needed"));
        assertEquals("Degraded", site.cluster.status().phase());
    }

    @Test
    void withoutABundleNobodyBegins() {
        var site = Site.of(1, 1);
        site.bundle = null;

        var status = site.settle();

        assertEquals("Pending", status.phase());
        assertEquals(
                "False BundleMissing: no bundle of Kubernetes 1.37.2 was imported; import one: garboard kubernetes"
                        + " import DIRECTORY, and see garboard kubernetes list",
                site.condition("BundleAvailable"));
        assertEquals(List.of("cp1 WAITING", "w1 WAITING"), site.stages());
        site.bundle = Site.BUNDLE;
        site.settle();
        assertEquals(List.of("cp1 JOINING", "w1 WAITING"), site.stages());
    }

    @Test
    void aDamagedBundleIsNotCalledMissing() {
        var site = Site.of(1, 0);
        site.bundle = null;
        site.bundleTrouble = "the bundle in /bundles/kubernetes-1.37.2 is not what was imported";

        site.settle();

        assertEquals("False BundleDamaged: " + site.bundleTrouble, site.condition("BundleAvailable"));
    }

    @Test
    void withoutAControlPlaneItSaysWhichLabelsAreMissing() {
        var site = Site.of(0, 1);

        site.settle();

        assertEquals(
                "False NoControlPlane: no free machine has the labels role=control-plane; give them to one: garboard"
                        + " machine label MACHINE role=control-plane",
                site.condition("Bootstrapped"));
    }

    @Test
    void onlyAcceptedConnectedMachinesBegin() {
        var site = Site.of(3, 0);
        site.accept("cp1", Acceptance.PENDING);
        site.disconnect("cp2");

        site.settle();

        assertEquals(List.of("cp1 WAITING", "cp2 WAITING", "cp3 JOINING"), site.stages());
        assertEquals(
                "the machine waits for acceptance: garboard machine accept cp1",
                site.node("cp1").message());
        assertEquals(
                "the machine is not connected; `garboard boots cp2` shows how far it came",
                site.node("cp2").message());
    }

    @Test
    void aMachineInsideTheServiceNetworkStaysOutside() {
        var site = Site.of(1, 1);
        site.readdress("w1", "10.96.3.4");
        site.settle();
        site.serves("cp1");

        site.settle();

        assertEquals(List.of("cp1 MEMBER", "w1 WAITING"), site.stages());
        assertEquals(
                "its address 10.96.3.4 lies in the cluster's serviceCidr 10.96.0.0/16, where kube-proxy would cut it"
                        + " off; give the machine an address outside, or the cluster another network",
                site.node("w1").message());
    }

    @Test
    void aMachineOfAnotherClusterIsLeftAlone() {
        var site = Site.of(2, 0);
        site.taken.put("cp1", "other");

        site.settle();

        assertEquals(List.of("cp2 JOINING"), site.stages());
        assertEquals(
                "False InAnotherCluster: the selectors select cp1 of cluster other too, and a machine is in one"
                        + " cluster at a time: the first one keeps it; give it labels that only one of them selects",
                site.condition("MachinesFree"));
    }

    @Test
    void everyNodeGetsAShareOfItsOwnAndKeepsIt() {
        var site = Site.of(1, 2);
        site.settle();
        site.serves("cp1");
        site.settle();
        var shares = site.cluster.status().nodes().stream()
                .map(ClusterStatus.Node::podCidr)
                .toList();
        assertEquals(List.of("10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"), shares);

        site.relabel("w1", Map.of());
        site.settle();
        site.departed.add("w1");
        site.machine("w3", "worker", "192.168.77.23");
        site.settle();

        assertEquals("10.244.2.0/24", site.node("w2").podCidr());
        assertEquals("10.244.1.0/24", site.node("w3").podCidr());
    }

    @Test
    void aFullPodNetworkIsSaid() {
        var site = Site.of(1, 1);
        site.cluster = site.cluster.withSpec(site.cluster.spec().withNetworks("10.244.0.0/24", "10.96.0.0/16"));
        site.settle();
        site.serves("cp1");

        site.settle();

        assertEquals(
                "all shares of podCidr 10.244.0.0/24 are dealt out; it has room for no further node",
                site.node("w1").message());
    }

    @Test
    void aMachineThatCannotBeReadIsNotOrderedToLeave() {
        var site = Site.of(3, 1);
        site.settle();
        for (var controlPlane : List.of("cp1", "cp2", "cp3")) {
            site.serves(controlPlane);
            site.settle();
        }
        site.ready("w1");
        site.settle();
        var before = site.stages();
        assertEquals(List.of("cp1 MEMBER", "cp2 MEMBER", "cp3 MEMBER", "w1 MEMBER"), before);

        for (var name : List.of("w1", "cp2")) {
            site.machines.remove(name);
            site.unread.add(name);
        }
        site.settle();

        assertEquals(before, site.stages());
        assertTrue(
                site.node("w1").message().contains("cannot be read"),
                site.node("w1").message());
        site.unread.clear();
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 LEAVING", "cp3 MEMBER", "w1 LEAVING"), site.stages());
    }

    @Test
    void aWorkerThatIsNoLongerSelectedLeavesAndMayComeBack() {
        var site = Site.of(1, 1);
        site.settle();
        site.serves("cp1");
        site.ready("w1");
        site.settle();

        site.relabel("w1", Map.of("role", "spare"));
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 LEAVING"), site.stages());
        assertFalse(site.documents("w1").isEmpty());
        site.relabel("w1", Map.of("role", "worker"));
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 LEAVING"), site.stages());

        site.departed.add("w1");
        site.nodes.remove("w1");
        site.step();
        site.departed.clear();
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 JOINING"), site.stages());
    }

    @Test
    void theLastControlPlaneStaysWhateverItsLabels() {
        var site = Site.of(1, 0);
        site.settle();
        site.serves("cp1");
        site.settle();

        site.relabel("cp1", Map.of());
        site.settle();

        assertEquals(List.of("cp1 MEMBER"), site.stages());
        assertEquals(
                "its labels select it no more, but the cluster cannot do without it now; add another control plane"
                        + " first",
                site.node("cp1").message());
    }

    @Test
    void theLastControlPlaneStaysThoughAnotherOneWaits() {
        var site = Site.of(2, 0);
        site.disconnect("cp2");
        site.settle();
        site.serves("cp1");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "cp2 WAITING"), site.stages());

        site.relabel("cp1", Map.of());
        site.settle();

        assertEquals(List.of("cp1 MEMBER", "cp2 WAITING"), site.stages());
    }

    /** It is told before its member is taken out: else it would take that for an accident, and join anew. */
    @Test
    void aControlPlaneThatLeavesIsToldSo() {
        var site = Site.of(3, 0);
        for (var name : List.of("cp1", "cp2", "cp3")) {
            site.settle();
            site.serves(name);
        }
        site.settle();
        assertFalse(site.document("cp1", Etcd.class).leaving());

        site.relabel("cp1", Map.of());
        site.settle();

        assertTrue(site.document("cp1", Etcd.class).leaving());
        assertFalse(site.document("cp2", Etcd.class).leaving());
    }

    @Test
    void aMachineWithAnOrderToLeaveBeginsNowhereUntilItHasLeft() {
        var site = Site.of(1, 1);
        site.ordered.add("w1");
        site.settle();
        site.serves("cp1");
        site.settle();
        assertEquals(List.of("cp1 MEMBER", "w1 WAITING"), site.stages());
        assertEquals(
                "the machine was ordered to leave a cluster and has not said yet that it did",
                site.node("w1").message());

        site.ordered.clear();
        site.settle();

        assertEquals(List.of("cp1 MEMBER", "w1 JOINING"), site.stages());
    }

    /** As when the database was put back to one from before: whoever founded would make a second cluster over the first. */
    @Test
    void aMachineThatKeepsWhatNobodyDeclaresFoundsNothing() {
        var site = Site.of(1, 0);
        site.change(
                "cp1",
                machine -> new MachineFacts(
                        "cp1",
                        machine.labels(),
                        machine.acceptance(),
                        true,
                        machine.address(),
                        Set.of(),
                        Set.of("Kubelet", "Etcd"),
                        Set.of(),
                        Set.of("Kubelet", "Etcd"),
                        ""));

        site.settle();

        assertEquals(List.of("cp1 WAITING"), site.stages());
        assertEquals(
                "the machine keeps Etcd, Kubelet of a cluster that this server does not know it in, and nobody ordered it to"
                        + " leave: is the database an older copy? Restore a newer one, or reset the machine:"
                        + " garboard node cp1 reset --disk DISK (reboot, where it keeps nothing on a disk)",
                site.node("cp1").message());
    }

    @Test
    void whoCountsForTheMajorityIsWhatEtcdSays() {
        var site = Site.of(3, 0);
        for (var name : List.of("cp1", "cp2", "cp3")) {
            site.settle();
            site.serves(name);
        }
        site.settle();
        site.etcd = roster("cp1", "cp2", "cp3", "gone", "lost");
        site.disconnect("cp3");

        site.settle();

        assertEquals(
                "False Lost: 2 of 5 members are there, 3 are needed: etcd takes no write. Bring back cp3 (the machine is not"
                        + " connected; look at its console), gone, lost; if too much of their data is gone, restore a"
                        + " snapshot: garboard cluster etcd restore lab FILE",
                site.condition("EtcdQuorum"));
        assertEquals(
                "False MemberWithoutMachine: etcd counts members that are no machine of this cluster: 0000000000000004 (gone),"
                        + " 0000000000000005 (lost); take out what will not come back: garboard cluster etcd"
                        + " remove-member lab 0000000000000004",
                site.condition("EtcdMembersKnown"));
        site.etcd = roster("cp1", "cp2", "cp3");
        site.settle();
        assertEquals("none", site.condition("EtcdMembersKnown"));
    }

    static EtcdRoster roster(String... names) {
        var members = new ArrayList<EtcdRoster.Member>();
        for (var name : names) {
            members.add(new EtcdRoster.Member(
                    String.format("%016x", members.size() + 1), name, Set.of("192.0.2." + members.size()), false));
        }
        return new EtcdRoster(members);
    }

    @Test
    void controlPlanesLeaveOneAtATime() {
        var site = Site.of(3, 0);
        for (var name : List.of("cp1", "cp2", "cp3")) {
            site.settle();
            site.serves(name);
        }
        site.settle();

        site.relabel("cp1", Map.of());
        site.relabel("cp2", Map.of());
        site.settle();

        assertEquals(List.of("cp1 LEAVING", "cp2 MEMBER", "cp3 MEMBER"), site.stages());
        site.departed.add("cp1");
        site.answering.remove("cp1");
        site.settle();
        assertEquals(List.of("cp2 LEAVING", "cp3 MEMBER"), site.stages());
    }

    @Test
    void aWorkersNewAddressIsTakenOverAndAControlPlanesIsNot() {
        var site = Site.of(1, 1);
        site.settle();
        site.serves("cp1");
        site.ready("w1");
        site.settle();

        site.readdress("w1", "192.168.77.121");
        site.readdress("cp1", "192.168.77.111");
        site.settle();

        assertEquals("192.168.77.121", site.node("w1").address());
        assertEquals("192.168.77.11", site.node("cp1").address());
        assertEquals(
                "the machine has the address 192.168.77.111, and the cluster knows it as 192.168.77.11; reserve that"
                        + " address in its subnet and boot it again",
                site.node("cp1").message());
    }

    @Test
    void aConditionsTimeMovesOnlyWithItsStatus() {
        var site = Site.of(1, 0);
        site.bundle = null;
        site.settle();
        var later = ClusterPlanner.advance(site.cluster, site.facts(), Site.NOW.plusSeconds(60));
        assertEquals(site.cluster.status(), later);

        site.bundle = Site.BUNDLE;
        var available = ClusterPlanner.advance(site.cluster, site.facts(), Site.NOW.plusSeconds(60));

        assertEquals(Site.NOW.plusSeconds(60), available.conditions().getFirst().lastTransitionTime());
    }

    @Test
    void aSelectorThatIsChangedMovesItsMachines() {
        var site = Site.of(1, 1);
        site.settle();
        site.serves("cp1");
        site.ready("w1");
        site.settle();
        site.machine("rack2", "other", "192.168.77.40");

        site.cluster = site.cluster.withSpec(
                ClusterSpec.of("1.37.2", Map.of("role", "control-plane"), Map.of("role", "other")));
        site.settle();

        assertEquals(List.of("cp1 MEMBER", "rack2 JOINING", "w1 LEAVING"), site.stages());
    }
}
