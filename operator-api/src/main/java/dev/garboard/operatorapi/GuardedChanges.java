package dev.garboard.operatorapi;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.EnrollmentRuleSpec;
import dev.garboard.inventory.EnrollmentRules;
import dev.garboard.inventory.Ipv4Block;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SubnetSpec;
import dev.garboard.trust.GuardedChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link GuardedChange}s lie between a resource as it is and as it is to be. Decided from the two alone, so that a create, a replace,
 * a patch and a deletion followed by a creation are one and the same.
 *
 * @param controlPlanes the selectors of control planes of all clusters
 * @param rules that accept machines
 * @param members names of the machines that clusters hold for their control planes, whatever their labels: a part in a cluster goes by name
 * @param mirrored the labels that NodeConfigs with a RegistryMirror select machines by
 */
record GuardedChanges(
        List<Map<String, String>> controlPlanes,
        Map<String, EnrollmentRuleSpec> rules,
        Set<String> members,
        List<Map<String, String>> mirrored) {

    /** Of clusters that have no machines yet, without mirrors. */
    GuardedChanges(List<Map<String, String>> controlPlanes, Map<String, EnrollmentRuleSpec> rules) {
        this(controlPlanes, rules, Set.of(), List.of());
    }

    GuardedChanges {
        members = Set.copyOf(members);
        controlPlanes = List.copyOf(controlPlanes);
        rules = Map.copyOf(rules);
        mirrored = List.copyOf(mirrored);
    }

    /** A guarded change, and the field that it was found in. */
    record Found(GuardedChange change, String field) {}

    /** What these clusters, rules and NodeConfigs make of labels, deletions and subnets. */
    static GuardedChanges of(
            Collection<Resource<ClusterSpec, ClusterStatus>> clusters,
            Collection<? extends Resource<EnrollmentRuleSpec, ?>> rules,
            Collection<? extends Resource<NodeConfigSpec, ?>> configs) {
        return new GuardedChanges(
                clusters.stream()
                        .map(cluster -> cluster.spec().controlPlane().selector())
                        .toList(),
                rules.stream()
                        .filter(rule -> rule.spec().action() == Acceptance.ACCEPTED)
                        .collect(Collectors.toMap(Resource::name, Resource::spec)),
                clusters.stream()
                        .flatMap(cluster -> cluster.status().nodes().stream())
                        .filter(node -> node.role() == ClusterStatus.Role.CONTROL_PLANE
                                && node.stage() != ClusterStatus.Stage.WAITING)
                        .map(ClusterStatus.Node::machine)
                        .collect(Collectors.toSet()),
                configs.stream()
                        .filter(config -> !mirrors(config.spec()).isEmpty())
                        .map(config -> config.spec().selector().matchLabels())
                        .toList());
    }

    /** Everything guarded that differs; before is null for a creation, after for a deletion. */
    List<Found> between(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        var kind = Objects.requireNonNull(after == null ? before : after).kind();
        if (kind.equals(Kinds.MACHINE)) {
            return machine(before, after);
        }
        if (kind.equals(Kinds.CLUSTER)) {
            return cluster(before, after);
        }
        if (kind.equals(Kinds.NODE_CONFIG)) {
            return nodeConfig(before, after);
        }
        return kind.equals(Kinds.SUBNET) ? subnet(before, after) : List.of();
    }

    private static List<Found> nodeConfig(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        var was = before == null ? NodeConfigSpec.empty() : (NodeConfigSpec) before.spec();
        var is = after == null ? NodeConfigSpec.empty() : (NodeConfigSpec) after.spec();
        var found = new ArrayList<Found>();
        if (!mirrors(was).equals(mirrors(is))) {
            found.add(new Found(GuardedChange.NODE_MIRROR, "spec.documents"));
        }
        if (before != null && after != null && !mirrors(is).isEmpty()) {
            if (!was.selector().equals(is.selector())) {
                found.add(new Found(GuardedChange.NODE_MIRROR, "spec.selector"));
            }
            if (was.priority() != is.priority()) {
                found.add(new Found(GuardedChange.NODE_MIRROR, "spec.priority"));
            }
        }
        return found;
    }

    private static Set<NodeConfigSpec.Document> mirrors(NodeConfigSpec spec) {
        return spec.documents().stream()
                .filter(document -> document.kind().equals(NodeConfigSpec.REGISTRY_MIRROR))
                .collect(Collectors.toSet());
    }

    private List<Found> machine(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        var found = new ArrayList<Found>();
        var was = before == null ? MachineSpec.undecided() : (MachineSpec) before.spec();
        var is = after == null ? MachineSpec.undecided() : (MachineSpec) after.spec();
        var hadLabels = controlPlaneLabels(before);
        var hasLabels = controlPlaneLabels(after);
        for (var label : difference(hadLabels, hasLabels)) {
            found.add(new Found(GuardedChange.CONTROL_PLANE_LABEL, "metadata.labels." + label));
        }
        for (var label : difference(mirrorLabels(before), mirrorLabels(after))) {
            found.add(new Found(GuardedChange.MIRROR_LABEL, "metadata.labels." + label));
        }
        boolean isMember = members.contains(
                Objects.requireNonNull(after == null ? before : after).name());
        if (isMember && before == null) {
            found.add(new Found(GuardedChange.CONTROL_PLANE_MACHINE, "metadata.name"));
        }
        boolean isControlPlane = before != null && after != null && (isMember || !hadLabels.isEmpty());
        if (isControlPlane && was.acceptance() != is.acceptance()) {
            found.add(new Found(GuardedChange.CONTROL_PLANE_MACHINE, "spec.acceptance"));
        }
        if (isControlPlane && !was.identity().equals(is.identity())) {
            found.add(new Found(GuardedChange.CONTROL_PLANE_MACHINE, "spec.identity"));
        }
        if (isControlPlane && !Objects.equals(was.stateDisk(), is.stateDisk())) {
            found.add(new Found(GuardedChange.CONTROL_PLANE_MACHINE, "spec.stateDisk"));
        }
        var disk = is.stateDisk();
        if (disk != null && disk.overwrite() && !disk.equals(was.stateDisk())) {
            found.add(new Found(GuardedChange.OVERWRITE, "spec.stateDisk.overwrite"));
        }
        if (disk != null && disk.discard() != null && !disk.equals(was.stateDisk())) {
            found.add(new Found(GuardedChange.OVERWRITE, "spec.stateDisk.discard"));
        }
        // Without a word of its own a machine is held to the site's, which may be laxer.
        if (!Objects.equals(was.allowWeakIdentity(), is.allowWeakIdentity())
                && !Boolean.FALSE.equals(is.allowWeakIdentity())) {
            found.add(new Found(GuardedChange.WEAK_IDENTITY, "spec.allowWeakIdentity"));
        }
        if (asksTheRules(before, after)) {
            rules.entrySet().stream()
                    .filter(rule ->
                            !controlPlaneLabels(rule.getValue().labels()).isEmpty())
                    .map(Map.Entry::getKey)
                    .sorted()
                    .forEach(rule -> found.add(
                            new Found(GuardedChange.ENROLMENT_BY_RULE, "labels of the EnrollmentRule " + rule)));
        }
        return found;
    }

    /** Deleted, pending again, or no longer counted for the limit of its rule: then a rule may accept a machine once more. */
    private static boolean asksTheRules(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        if (before == null || after == null) {
            return after == null;
        }
        var was = ((MachineSpec) before.spec()).acceptance();
        var is = ((MachineSpec) after.spec()).acceptance();
        return (was != is && is == Acceptance.PENDING)
                || !Objects.equals(
                        before.metadata().annotations().get(EnrollmentRules.RULE_ANNOTATION),
                        after.metadata().annotations().get(EnrollmentRules.RULE_ANNOTATION));
    }

    private static List<Found> cluster(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        if (before == null || after == null) {
            // Creating and deleting need the greater role as verbs already.
            return List.of();
        }
        var was = (ClusterSpec) before.spec();
        var is = (ClusterSpec) after.spec();
        var found = new ArrayList<Found>();
        if (!was.version().equals(is.version())) {
            found.add(new Found(GuardedChange.CLUSTER_VERSION, "spec.version"));
        }
        if (!was.controlPlane().selector().equals(is.controlPlane().selector())) {
            found.add(new Found(GuardedChange.CLUSTER_SELECTORS, "spec.controlPlane.selector"));
        }
        if (!was.workers().equals(is.workers())) {
            found.add(new Found(GuardedChange.CLUSTER_SELECTORS, "spec.workers.selector"));
        }
        if (!Objects.equals(annotation(before), annotation(after))) {
            found.add(new Found(
                    GuardedChange.CLUSTER_WITHOUT_SNAPSHOT,
                    "metadata.annotations." + ClusterSpec.WITHOUT_SNAPSHOT_ANNOTATION));
        }
        return found;
    }

    private static @Nullable String annotation(Resource<?, ?> cluster) {
        return cluster.metadata().annotations().get(ClusterSpec.WITHOUT_SNAPSHOT_ANNOTATION);
    }

    /** A reservation or a range can put any machine at an address that a rule takes for proof. */
    private List<Found> subnet(@Nullable Resource<?, ?> before, @Nullable Resource<?, ?> after) {
        if (before != null && after != null && sameAddresses((SubnetSpec) before.spec(), (SubnetSpec) after.spec())) {
            return List.of();
        }
        var networks = Stream.of(before, after)
                .flatMap(Stream::ofNullable)
                .flatMap(subnet -> Ipv4Block.parse(((SubnetSpec) subnet.spec()).cidr()).stream())
                .toList();
        return rules.entrySet().stream()
                .filter(rule -> rule.getValue().allowWeakIdentity()
                        || !controlPlaneLabels(rule.getValue().labels()).isEmpty())
                .filter(rule -> rule.getValue().match().subnets().stream()
                        .flatMap(cidr -> Ipv4Block.parse(cidr).stream())
                        .anyMatch(block -> networks.stream().anyMatch(block::overlaps)))
                .map(Map.Entry::getKey)
                .sorted()
                .map(rule -> new Found(GuardedChange.RULE_BY_ADDRESS, "match.subnets of the EnrollmentRule " + rule))
                .toList();
    }

    private static boolean sameAddresses(SubnetSpec one, SubnetSpec other) {
        return one.cidr().equals(other.cidr())
                && one.rangeStart().equals(other.rangeStart())
                && one.rangeEnd().equals(other.rangeEnd())
                && one.reservations().equals(other.reservations());
    }

    private Set<Map.Entry<String, String>> controlPlaneLabels(@Nullable Resource<?, ?> resource) {
        return resource == null
                ? Set.of()
                : controlPlaneLabels(resource.metadata().labels());
    }

    private Set<Map.Entry<String, String>> controlPlaneLabels(Map<String, String> labels) {
        return named(labels, controlPlanes);
    }

    private Set<Map.Entry<String, String>> mirrorLabels(@Nullable Resource<?, ?> resource) {
        return resource == null ? Set.of() : named(resource.metadata().labels(), mirrored);
    }

    /** Those of the labels that a selector names, one by one: labels of a selector could be given one after the other. */
    private static Set<Map.Entry<String, String>> named(
            Map<String, String> labels, List<Map<String, String>> selectors) {
        return labels.entrySet().stream()
                .filter(label ->
                        selectors.stream().anyMatch(selector -> label.getValue().equals(selector.get(label.getKey()))))
                .collect(Collectors.toSet());
    }

    private static Set<String> difference(Set<Map.Entry<String, String>> one, Set<Map.Entry<String, String>> other) {
        var keys = new TreeSet<String>();
        one.stream().filter(label -> !other.contains(label)).forEach(label -> keys.add(label.getKey()));
        other.stream().filter(label -> !one.contains(label)).forEach(label -> keys.add(label.getKey()));
        return keys;
    }
}
