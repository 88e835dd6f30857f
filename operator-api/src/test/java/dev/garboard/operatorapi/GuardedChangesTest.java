package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.EnrollmentRuleSpec;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineSpec.StateDisk;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SubnetSpec;
import dev.garboard.trust.GuardedChange;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class GuardedChangesTest {

    private static final Map<String, String> SELECTOR = Map.of("role", "control-plane", "rack", "a");
    private static final MachineSpec PLAIN = MachineSpec.undecided();

    private static final GuardedChanges GUARD = new GuardedChanges(List.of(SELECTOR), Map.of());

    /** What an operator might do, and the fields that are refused. */
    record Change(
            String what,
            @Nullable Resource<?, ?> before,
            @Nullable Resource<?, ?> after,
            Set<String> fields) {
        @Override
        public String toString() {
            return what;
        }
    }

    static final List<Change> changes = List.of(
            change("a plain machine is created", null, machine(PLAIN, Map.of("site", "x")), Set.of()),
            change("a plain machine is deleted", machine(PLAIN, Map.of()), null, Set.of()),
            change(
                    "a machine is created with a selecting label",
                    null,
                    machine(PLAIN, SELECTOR),
                    Set.of("metadata.labels.rack", "metadata.labels.role")),
            change(
                    "one label of a selector of two is given",
                    machine(PLAIN, Map.of()),
                    machine(PLAIN, Map.of("role", "control-plane")),
                    Set.of("metadata.labels.role")),
            change(
                    "the other label of the selector is given",
                    machine(PLAIN, Map.of("role", "control-plane")),
                    machine(PLAIN, SELECTOR),
                    Set.of("metadata.labels.rack")),
            change(
                    "a selecting label is taken",
                    machine(PLAIN, Map.of("rack", "a")),
                    machine(PLAIN, Map.of()),
                    Set.of("metadata.labels.rack")),
            change(
                    "a selecting label is changed",
                    machine(PLAIN, Map.of("role", "control-plane")),
                    machine(PLAIN, Map.of("role", "worker")),
                    Set.of("metadata.labels.role")),
            change(
                    "the same label gets a value that selects nothing",
                    machine(PLAIN, Map.of("role", "spare")),
                    machine(PLAIN, Map.of("role", "worker")),
                    Set.of()),
            change(
                    "a control plane is deleted",
                    machine(PLAIN, SELECTOR),
                    null,
                    Set.of("metadata.labels.rack", "metadata.labels.role")),
            change(
                    "a machine declared as control plane is accepted",
                    machine(PLAIN, SELECTOR),
                    machine(PLAIN.withAcceptance(Acceptance.ACCEPTED), SELECTOR),
                    Set.of("spec.acceptance")),
            change(
                    "a plain machine is accepted",
                    machine(PLAIN, Map.of()),
                    machine(PLAIN.withAcceptance(Acceptance.ACCEPTED), Map.of()),
                    Set.of()),
            change(
                    "another computer becomes the control plane",
                    machine(PLAIN, SELECTOR),
                    machine(spec(identity("52:54:00:00:00:09"), null, null), SELECTOR),
                    Set.of("spec.identity")),
            change(
                    "a control plane loses its disk",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), SELECTOR),
                    machine(PLAIN, SELECTOR),
                    Set.of("spec.stateDisk")),
            change(
                    "a plain machine gets a disk",
                    machine(PLAIN, Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), Map.of()),
                    Set.of()),
            change(
                    "overwrite is set",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of()),
                    Set.of("spec.stateDisk.overwrite")),
            change(
                    "a machine is created with overwrite",
                    null,
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of()),
                    Set.of("spec.stateDisk.overwrite")),
            change(
                    "overwrite moves to another disk",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sdb", true)), Map.of()),
                    Set.of("spec.stateDisk.overwrite")),
            change(
                    "a node's data may be lost",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false, "uuid")), Map.of()),
                    Set.of("spec.stateDisk.discard")),
            change(
                    "overwrite that was set stays",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of("site", "x")),
                    Set.of()),
            change(
                    "overwrite is taken back",
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", true)), Map.of()),
                    machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), Map.of()),
                    Set.of()),
            change(
                    "weak identity is allowed",
                    machine(PLAIN, Map.of()),
                    machine(spec(MachineIdentity.none(), true, null), Map.of()),
                    Set.of("spec.allowWeakIdentity")),
            change(
                    "a machine is created with weak identity",
                    null,
                    machine(spec(MachineIdentity.none(), true, null), Map.of()),
                    Set.of("spec.allowWeakIdentity")),
            change(
                    "weak identity is forbidden",
                    machine(PLAIN, Map.of()),
                    machine(spec(MachineIdentity.none(), false, null), Map.of()),
                    Set.of()),
            change(
                    "a machine forgets that weak identity was forbidden",
                    machine(spec(MachineIdentity.none(), false, null), Map.of()),
                    machine(PLAIN, Map.of()),
                    Set.of("spec.allowWeakIdentity")),
            change(
                    "a machine that forbids weak identity is deleted, to be created without that",
                    machine(spec(MachineIdentity.none(), false, null), Map.of()),
                    null,
                    Set.of("spec.allowWeakIdentity")),
            change(
                    "a cluster's version is raised",
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())),
                    cluster(ClusterSpec.of("1.37.2", SELECTOR, Map.of())),
                    Set.of("spec.version")),
            change(
                    "a cluster selects other machines",
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of("role", "worker"))),
                    cluster(ClusterSpec.of("1.37.1", Map.of("role", "control-plane"), Map.of())),
                    Set.of("spec.controlPlane.selector", "spec.workers.selector")),
            change(
                    "a cluster's state is given up",
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())),
                    annotated("garboard.dev/delete-without-snapshot"),
                    Set.of("metadata.annotations.garboard.dev/delete-without-snapshot")),
            change(
                    "a cluster gets another annotation",
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())),
                    annotated("example.org/owner"),
                    Set.of()),
            change("resolvers are declared", null, nodeConfig(100, "a", "Resolver"), Set.of()),
            change(
                    "a registry's mirror is declared",
                    null,
                    nodeConfig(100, "a", "RegistryMirror"),
                    Set.of("spec.documents")),
            change(
                    "a registry's mirror is taken",
                    nodeConfig(100, "a", "RegistryMirror"),
                    null,
                    Set.of("spec.documents")),
            change(
                    "a registry's mirror is declared where resolvers were",
                    nodeConfig(100, "a", "Resolver"),
                    nodeConfig(100, "a", "Resolver", "RegistryMirror"),
                    Set.of("spec.documents")),
            change(
                    "resolvers are declared beside a registry's mirror",
                    nodeConfig(100, "a", "RegistryMirror"),
                    nodeConfig(100, "a", "Resolver", "RegistryMirror"),
                    Set.of()),
            change(
                    "a registry's mirror is for other machines, and stronger",
                    nodeConfig(100, "a", "RegistryMirror"),
                    nodeConfig(200, "b", "RegistryMirror"),
                    Set.of("spec.selector", "spec.priority")),
            change(
                    "resolvers are for other machines, and stronger",
                    nodeConfig(100, "a", "Resolver"),
                    nodeConfig(200, "b", "Resolver"),
                    Set.of()),
            change(
                    "a cluster gets labels of its own",
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())),
                    cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())),
                    Set.of()));

    private static Resource<NodeConfigSpec, NoStatus> nodeConfig(String rack, String kind) {
        return nodeConfig(100, rack, kind);
    }

    private static Resource<NodeConfigSpec, NoStatus> nodeConfig(int priority, String rack, String... kinds) {
        var documents = Stream.of(kinds)
                .map(kind -> new NodeConfigSpec.Document(
                        "node.garboard.dev/v1alpha1", kind, new NodeConfigSpec.Metadata("default"), Map.of()))
                .toList();
        return new Resource<>(
                Kinds.NODE_CONFIG,
                ObjectMeta.named("site"),
                new NodeConfigSpec(NodeConfigSpec.Selector.ofLabels(Map.of("rack", rack)), priority, documents),
                new NoStatus());
    }

    @ParameterizedTest
    @FieldSource("changes")
    void decidesByTheDifference(Change change) {
        var found = GUARD.between(change.before(), change.after());

        assertEquals(change.fields(), fields(found));
    }

    @Test
    void aDeletionIsGuardedWhereARuleWouldMakeTheMachineAControlPlane() {
        var rule = rule(List.of(), Map.of("rack", "a"), false);
        var guard = new GuardedChanges(List.of(SELECTOR), Map.of("all", rule));

        var found = guard.between(machine(PLAIN, Map.of()), null);

        assertEquals(Set.of("labels of the EnrollmentRule all"), fields(found));
    }

    @Test
    void soIsWhateverLetsARuleAcceptAMachineOnceMore() {
        var guard = new GuardedChanges(List.of(SELECTOR), Map.of("all", rule(List.of(), Map.of("rack", "a"), false)));
        var counted = machine(PLAIN, Map.of());
        counted =
                counted.withMetadata(counted.metadata().withAnnotations(Map.of("garboard.dev/enrollment-rule", "all")));
        var rejected = counted.withSpec(counted.spec().withAcceptance(Acceptance.REJECTED));
        var expected = Set.of("labels of the EnrollmentRule all");

        assertEquals(expected, fields(guard.between(rejected, rejected.withSpec(PLAIN))));
        assertEquals(expected, fields(guard.between(counted, machine(PLAIN, Map.of()))));
        assertEquals(List.of(), guard.between(counted, rejected));
    }

    @Test
    void aMachineThatAClusterHoldsForItsControlPlaneIsGuardedByItsName() {
        var held = new GuardedChanges(List.of(SELECTOR), Map.of(), Set.of("m1"), List.of());
        var machine = machine(PLAIN, Map.of());
        var accepted = machine.withSpec(PLAIN.withAcceptance(Acceptance.ACCEPTED));

        assertEquals(Set.of("metadata.name"), fields(held.between(null, machine)));
        assertEquals(Set.of("spec.acceptance"), fields(held.between(machine, accepted)));
        assertEquals(List.of(), GUARD.between(machine, accepted));
    }

    /** Whoever waits has no part in the cluster yet, and a worker holds none of its keys. */
    @Test
    void whichMachinesAClusterHoldsForItsControlPlaneIsInItsStatus() {
        var status = new ClusterStatus(
                "Ready",
                null,
                null,
                null,
                false,
                0,
                0,
                0,
                0,
                List.of(
                        node("joining", ClusterStatus.Role.CONTROL_PLANE, ClusterStatus.Stage.JOINING),
                        node("member", ClusterStatus.Role.CONTROL_PLANE, ClusterStatus.Stage.MEMBER),
                        node("leaving", ClusterStatus.Role.CONTROL_PLANE, ClusterStatus.Stage.LEAVING),
                        node("waiting", ClusterStatus.Role.CONTROL_PLANE, ClusterStatus.Stage.WAITING),
                        node("worker", ClusterStatus.Role.WORKER, ClusterStatus.Stage.MEMBER)),
                List.of(),
                null);
        var guard = GuardedChanges.of(
                List.of(cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of())).withStatus(status)),
                List.of(),
                List.of());

        assertEquals(Set.of("joining", "member", "leaving"), guard.members());
    }

    /** Whoever labels machines would decide who has the mirror that an administrator declared for some of them. */
    @Test
    void aLabelThatChoosesTheMachinesOfAMirrorIsGuarded() {
        var guard = GuardedChanges.of(
                List.of(), List.of(), List.of(nodeConfig("b", "Resolver"), nodeConfig("a", "RegistryMirror")));
        var plain = machine(PLAIN, Map.of());
        var mirrored = machine(PLAIN, Map.of("rack", "a"));
        var expected = List.of(new GuardedChanges.Found(GuardedChange.MIRROR_LABEL, "metadata.labels.rack"));

        assertEquals(expected, guard.between(plain, mirrored));
        assertEquals(expected, guard.between(mirrored, machine(PLAIN, Map.of("rack", "b"))));
        assertEquals(expected, guard.between(null, mirrored));
        assertEquals(expected, guard.between(mirrored, null));
        assertEquals(List.of(), guard.between(plain, machine(PLAIN, Map.of("rack", "b"))));
        assertEquals(List.of(), guard.between(mirrored, machine(PLAIN, Map.of("rack", "a", "site", "x"))));
    }

    private static ClusterStatus.Node node(String machine, ClusterStatus.Role role, ClusterStatus.Stage stage) {
        return new ClusterStatus.Node(machine, role, null, null, stage, true, null, "");
    }

    @Test
    void aMachineThatKeepsItsLabelsAndGetsAnotherDiskIsStillAControlPlane() {
        var before = machine(spec(MachineIdentity.none(), null, new StateDisk("sda", false)), SELECTOR);
        var after = machine(spec(MachineIdentity.none(), null, new StateDisk("sdb", true, "uuid")), SELECTOR);

        assertEquals(
                Set.of("spec.stateDisk", "spec.stateDisk.overwrite", "spec.stateDisk.discard"),
                fields(GUARD.between(before, after)));
        assertEquals(List.of(), GUARD.between(after, after));
    }

    /** One after the other, in the order of their names. */
    @Test
    void everyRuleThatDecidesIsNamed() {
        var guard = new GuardedChanges(
                List.of(SELECTOR),
                Map.of(
                        "d", rule(List.of("192.168.77.0/28"), Map.of("rack", "a"), false),
                        "b", rule(List.of("192.168.77.0/28"), Map.of("rack", "a"), false),
                        "e", rule(List.of("192.168.77.0/28"), Map.of("rack", "b"), false),
                        "c", rule(List.of("192.168.77.0/28"), Map.of("rack", "a"), false),
                        "a", rule(List.of("no network"), Map.of("rack", "a"), false)));

        assertEquals(
                List.of("a", "b", "c", "d"),
                guard.between(machine(PLAIN, Map.of()), null).stream()
                        .map(found -> found.field().substring("labels of the EnrollmentRule ".length()))
                        .toList());
        assertEquals(
                List.of("b", "c", "d"),
                guard.between(null, subnet(Map.of(), "one.example")).stream()
                        .map(found -> found.field().substring("match.subnets of the EnrollmentRule ".length()))
                        .toList());
    }

    @Test
    void everyAddressOfASubnetCounts() {
        var weak = new GuardedChanges(List.of(), Map.of("weak", rule(List.of("192.168.77.0/28"), Map.of(), true)));
        var before = subnet("192.168.77.0/24", "192.168.77.100", "192.168.77.200");
        var expected = Set.of("match.subnets of the EnrollmentRule weak");

        for (var after : List.of(
                subnet("192.168.77.0/25", "192.168.77.100", "192.168.77.200"),
                subnet("192.168.77.0/24", "192.168.77.3", "192.168.77.200"),
                subnet("192.168.77.0/24", "192.168.77.100", "192.168.77.201"))) {
            assertEquals(expected, fields(weak.between(before, after)), after::toString);
        }
        assertEquals(
                expected,
                fields(weak.between(before, subnet("192.168.78.0/24", "192.168.78.100", "192.168.78.200"))),
                "where it was");
    }

    private static Resource<SubnetSpec, NoStatus> subnet(String cidr, String start, String end) {
        return new Resource<>(
                Kinds.SUBNET,
                ObjectMeta.named("s1"),
                new SubnetSpec(cidr, start, end, List.of(), List.of(), List.of(), null, 3600, 600, Map.of()),
                new NoStatus());
    }

    @Test
    void otherKindsHaveNothingGuarded() {
        var one = new Resource<>(
                Kinds.ENROLLMENT_RULE,
                ObjectMeta.named("r"),
                rule(List.of(), Map.of("rack", "a"), true),
                new NoStatus());

        assertEquals(List.of(), GUARD.between(null, one));
        assertEquals(List.of(), GUARD.between(null, cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of()))));
    }

    @Test
    void aRuleThatRejectsOrGivesOtherLabelsGuardsNothing() {
        var rejecting = new EnrollmentRuleSpec(
                1,
                rule(List.of(), Map.of(), false).match(),
                Acceptance.REJECTED,
                null,
                "n-{n}",
                Map.of("rack", "a"),
                true);
        var guard = GuardedChanges.of(
                List.of(cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of()))),
                List.of(
                        new Resource<>(Kinds.ENROLLMENT_RULE, ObjectMeta.named("no"), rejecting, new NoStatus()),
                        new Resource<>(
                                Kinds.ENROLLMENT_RULE,
                                ObjectMeta.named("workers"),
                                rule(List.of(), Map.of("role", "worker"), false),
                                new NoStatus())),
                List.of());

        assertEquals(List.of(), guard.between(machine(PLAIN, Map.of()), null));
        assertEquals(Set.of("metadata.labels.rack"), fields(guard.between(null, machine(PLAIN, Map.of("rack", "a")))));
    }

    @Test
    void addressesAreGuardedWhereARuleTakesThemForProof() {
        var byAddress = new GuardedChanges(
                List.of(SELECTOR), Map.of("near", rule(List.of("192.168.77.0/28"), Map.of("rack", "a"), false)));
        var weak = new GuardedChanges(List.of(), Map.of("weak", rule(List.of("192.168.77.0/28"), Map.of(), true)));
        var elsewhere = new GuardedChanges(List.of(), Map.of("weak", rule(List.of("192.168.78.0/28"), Map.of(), true)));
        var before = subnet(Map.of(), "one.example");
        var reserved = subnet(Map.of("52:54:00:00:00:01", "192.168.77.3"), "one.example");

        assertEquals(Set.of("match.subnets of the EnrollmentRule near"), fields(byAddress.between(before, reserved)));
        assertEquals(Set.of("match.subnets of the EnrollmentRule weak"), fields(weak.between(null, reserved)));
        assertEquals(Set.of("match.subnets of the EnrollmentRule weak"), fields(weak.between(before, null)));
        assertEquals(List.of(), weak.between(before, subnet(Map.of(), "two.example")));
        assertEquals(List.of(), elsewhere.between(before, reserved));
        assertEquals(List.of(), GUARD.between(before, reserved));
    }

    private static Set<String> fields(List<GuardedChanges.Found> found) {
        var fields = new TreeSet<String>();
        found.forEach(one -> fields.add(one.field()));
        return fields;
    }

    private static Change change(
            String what, @Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after, Set<String> fields) {
        return new Change(what, before, after, fields);
    }

    private static Resource<MachineSpec, MachineStatus> machine(MachineSpec spec, Map<String, String> labels) {
        return new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1").withLabels(labels), spec, MachineStatus.unseen());
    }

    private static MachineSpec spec(MachineIdentity identity, @Nullable Boolean weak, @Nullable StateDisk disk) {
        return new MachineSpec(Acceptance.PENDING, identity, null, null, List.of(), List.of(), weak, disk);
    }

    private static MachineIdentity identity(String mac) {
        return new MachineIdentity(List.of(mac), null, null, null);
    }

    private static Resource<ClusterSpec, ClusterStatus> cluster(ClusterSpec spec) {
        return new Resource<>(Kinds.CLUSTER, ObjectMeta.named("c1"), spec, ClusterStatus.declared());
    }

    private static Resource<ClusterSpec, ?> annotated(String key) {
        var cluster = cluster(ClusterSpec.of("1.37.1", SELECTOR, Map.of()));
        return cluster.withMetadata(cluster.metadata().withAnnotations(Map.of(key, "true")));
    }

    private static EnrollmentRuleSpec rule(List<String> subnets, Map<String, String> labels, boolean weak) {
        return new EnrollmentRuleSpec(
                1,
                new EnrollmentRuleSpec.Match(subnets, List.of(), List.of(), List.of()),
                Acceptance.ACCEPTED,
                null,
                "node-{n}",
                labels,
                weak);
    }

    private static Resource<SubnetSpec, NoStatus> subnet(Map<String, String> reservations, String domain) {
        return new Resource<>(
                Kinds.SUBNET,
                ObjectMeta.named("s1"),
                new SubnetSpec(
                        "192.168.77.0/24",
                        "192.168.77.100",
                        "192.168.77.200",
                        List.of(),
                        List.of(),
                        List.of(),
                        domain,
                        3600,
                        600,
                        reservations),
                new NoStatus());
    }
}
