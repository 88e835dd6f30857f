package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.Etcd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is to be said of a cluster: each condition names cause and remedy when it does not hold. */
final class ClusterConditions {

    static final String BUNDLE = "BundleAvailable";
    static final String KEYS = "KeysAvailable";
    static final String MACHINES = "MachinesFree";
    static final String BOOTSTRAPPED = "Bootstrapped";
    static final String API = "ApiReady";
    static final String QUORUM = "EtcdQuorum";
    static final String ETCD = "EtcdHealthy";
    static final String MEMBERS = "EtcdMembersKnown";
    static final String NODES = "NodesReady";
    static final String REQUESTS = "CertificatesIssued";
    static final String UPGRADED = "Upgraded";

    private static final int LONGEST = 1000;

    private final Resource<ClusterSpec, ClusterStatus> cluster;
    private final Membership.Outcome outcome;
    private final ClusterFacts facts;
    private final Instant now;
    private final List<Condition> conditions = new ArrayList<>();

    private ClusterConditions(
            Resource<ClusterSpec, ClusterStatus> cluster, Membership.Outcome outcome, ClusterFacts facts, Instant now) {
        this.cluster = cluster;
        this.outcome = outcome;
        this.facts = facts;
        this.now = now;
    }

    static List<Condition> of(
            Resource<ClusterSpec, ClusterStatus> cluster,
            Membership.Outcome outcome,
            @Nullable ClusterUpgrade upgrade,
            ClusterFacts facts,
            Instant now) {
        var conditions = new ClusterConditions(cluster, outcome, facts, now);
        conditions.bundle();
        conditions.keys();
        conditions.machines();
        conditions.bootstrapped();
        if (outcome.bootstrapped()) {
            conditions.api();
            conditions.quorum();
            conditions.etcd();
            conditions.members();
            conditions.nodes();
            conditions.requests();
            if (upgrade != null) {
                conditions.upgraded(upgrade);
            }
        }
        return List.copyOf(conditions.conditions);
    }

    private void bundle() {
        var pinned = cluster.status().version();
        var version = pinned == null ? cluster.spec().version() : pinned;
        if (!facts.bundleTrouble().isEmpty()) {
            add(BUNDLE, false, "BundleDamaged", facts.bundleTrouble());
        } else if (facts.bundle() == null) {
            add(
                    BUNDLE,
                    false,
                    "BundleMissing",
                    "no bundle of Kubernetes " + version
                            + " was imported; import one: garboard kubernetes import DIRECTORY, and see garboard"
                            + " kubernetes list");
        } else {
            add(BUNDLE, true, "Imported", "nodes fetch " + facts.bundle().name());
        }
    }

    /** Said only when it does not hold: without keys nothing is sent to any node. */
    private void keys() {
        if (!facts.keyTrouble().isEmpty()) {
            add(KEYS, false, "Locked", facts.keyTrouble());
        }
    }

    /** Said only when it does not hold: who was there first keeps the machine. */
    private void machines() {
        var spec = cluster.spec();
        var shared = facts.machines().stream()
                .filter(machine -> machine.has(spec.controlPlane().selector())
                        || machine.has(spec.workers().selector()))
                .filter(machine -> facts.taken().containsKey(machine.name()))
                .map(machine -> machine.name() + " of cluster " + facts.taken().get(machine.name()))
                .collect(Collectors.joining(", "));
        if (!shared.isEmpty()) {
            add(
                    MACHINES,
                    false,
                    "InAnotherCluster",
                    "the selectors select " + shared
                            + " too, and a machine is in one cluster at a time: the first one keeps it;"
                            + " give it labels that only one of them selects");
        }
    }

    private void bootstrapped() {
        var founder = outcome.bootstrapMachine();
        if (outcome.bootstrapped()) {
            add(BOOTSTRAPPED, true, "Founded", "by " + founder);
        } else if (founder != null) {
            var message = outcome.nodes().stream()
                    .filter(node -> node.machine().equals(founder))
                    .map(Node::message)
                    .findFirst()
                    .orElse("");
            add(
                    BOOTSTRAPPED,
                    false,
                    "Founding",
                    founder + " founds the cluster, and no other machine ever will: " + message
                            + "; if it never comes back, delete the Cluster and declare it again");
        } else if (outcome.nodes().stream().noneMatch(node -> node.role() == Role.CONTROL_PLANE)) {
            add(
                    BOOTSTRAPPED,
                    false,
                    "NoControlPlane",
                    "no free machine has the labels "
                            + text(cluster.spec().controlPlane().selector())
                            + "; give them to one: garboard machine label MACHINE "
                            + text(cluster.spec().controlPlane().selector()).replace(",", " "));
        } else {
            add(
                    BOOTSTRAPPED,
                    false,
                    "Waiting",
                    "no control plane can begin: " + messages(node -> node.role() == Role.CONTROL_PLANE));
        }
    }

    private void api() {
        var silent = outcome.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .filter(node -> !facts.kubernetes().answering().contains(node.machine()))
                .map(Node::machine)
                .collect(Collectors.joining(", "));
        if (silent.isEmpty()) {
            add(API, true, "Answers", "every control plane's API answers");
        } else {
            add(
                    API,
                    !facts.kubernetes().answering().isEmpty(),
                    facts.kubernetes().answering().isEmpty() ? "Unreachable" : "Partial",
                    "the API of " + silent + " does not answer"
                            + (facts.kubernetes().trouble().isEmpty()
                                    ? ""
                                    : " (" + facts.kubernetes().trouble() + ")")
                            + "; look at the services of that machine: garboard node services MACHINE");
        }
    }

    /**
     * A member counts as lost with its machine, and until it votes again: without a majority etcd takes no write. Who counts is what etcd
     * says; the inventory stands in for it only until it has said so.
     */
    private void quorum() {
        var roster = facts.etcd();
        var members = outcome.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .toList();
        var voters = roster == null
                ? members.stream().map(Node::machine).toList()
                : roster.voters().stream().map(EtcdRoster.Member::name).toList();
        var lost = voters.stream()
                .filter(name -> !facts.machine(name).map(MachineFacts::etcdRuns).orElse(false))
                .toList();
        int majority = voters.size() / 2 + 1;
        int present = voters.size() - lost.size();
        var counted = present + " of " + voters.size() + " members are there, " + majority + " are needed";
        if (present >= majority) {
            add(QUORUM, true, lost.isEmpty() ? "Complete" : "Reduced", counted);
        } else {
            add(
                    QUORUM,
                    false,
                    "Lost",
                    counted + ": etcd takes no write. Bring back "
                            + lost.stream().map(this::reason).collect(Collectors.joining(", "))
                            + "; if too much of their data is gone, restore a snapshot: garboard cluster etcd restore "
                            + cluster.name() + " FILE");
        }
    }

    /** Said only when it does not hold: a voter that nobody looks after counts for the majority all the same. */
    private void members() {
        var roster = facts.etcd();
        var strangers = roster == null ? List.<EtcdRoster.Member>of() : roster.withoutMachine(outcome.nodes());
        if (!strangers.isEmpty()) {
            add(
                    MEMBERS,
                    false,
                    "MemberWithoutMachine",
                    "etcd counts members that are no machine of this cluster: "
                            + strangers.stream().map(EtcdRoster.Member::text).collect(Collectors.joining(", "))
                            + "; take out what will not come back: garboard cluster etcd remove-member "
                            + cluster.name() + " " + strangers.getFirst().id());
        }
    }

    /** What members say of themselves: damaged or lost data, a full database, a restore that was interrupted. */
    private void etcd() {
        var faults = outcome.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .filter(node -> node.message().startsWith(Etcd.KIND))
                .map(node -> node.machine() + ": " + node.message().replace("CLUSTER", cluster.name()))
                .collect(Collectors.joining("; "));
        if (faults.isEmpty()) {
            add(ETCD, true, "Healthy", "no member reports a fault");
        } else {
            add(ETCD, false, "Faulty", faults);
        }
    }

    private String reason(String machine) {
        return machine
                + outcome.nodes().stream()
                        .filter(node -> node.machine().equals(machine)
                                && !node.message().isEmpty())
                        .map(node -> " (" + node.message() + ")")
                        .findFirst()
                        .orElse("");
    }

    private void nodes() {
        var unready =
                messages(node -> node.stage() != Stage.LEAVING && !(node.stage() == Stage.MEMBER && node.ready()));
        if (unready.isEmpty()) {
            add(NODES, true, "Ready", "every selected machine is a ready node");
        } else {
            add(NODES, false, "NotReady", unready);
        }
    }

    private void requests() {
        var refused = facts.kubernetes().refusedRequest();
        if (refused.isEmpty()) {
            add(REQUESTS, true, "Issued", "no kubelet asked for a certificate that does not match its machine");
        } else {
            add(REQUESTS, false, "Refused", refused);
        }
    }

    private void upgraded(ClusterUpgrade upgrade) {
        var way = "from " + upgrade.from() + " to " + upgrade.to();
        if (!upgrade.isActive()) {
            var snapshot = upgrade.snapshot();
            add(
                    UPGRADED,
                    true,
                    "Done",
                    way + (snapshot == null ? "" : "; etcd as it was before lies in " + snapshot.file()));
        } else if (!upgrade.failure().isEmpty()) {
            add(
                    UPGRADED,
                    false,
                    upgrade.phase() == ClusterUpgrade.Phase.CHECKING ? "Refused" : "Stopped",
                    way + ": " + upgrade.failure());
        } else {
            add(
                    UPGRADED,
                    false,
                    "Underway",
                    way + ": " + (upgrade.machine() == null ? "" : upgrade.machine() + ": ") + upgrade.message());
        }
    }

    private String messages(Predicate<Node> which) {
        return outcome.nodes().stream()
                .filter(which)
                .map(node -> node.machine() + ": "
                        + (node.message().isEmpty() ? "Kubernetes does not say that it is ready" : node.message()))
                .collect(Collectors.joining("; "));
    }

    private static String text(Map<String, String> selector) {
        return new TreeMap<>(selector)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(","));
    }

    /** The time of a condition moves only when its status does. */
    private void add(String type, boolean holds, String reason, String message) {
        var status = holds ? "True" : "False";
        var since = cluster.status().conditions().stream()
                .filter(known -> known.type().equals(type) && known.status().equals(status))
                .map(Condition::lastTransitionTime)
                .findFirst()
                .orElse(now);
        var text = message.length() > LONGEST ? message.substring(0, LONGEST) : message;
        conditions.add(new Condition(type, status, reason, text, since));
    }
}
