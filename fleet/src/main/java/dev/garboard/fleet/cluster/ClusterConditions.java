package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Resource;
import java.time.Instant;
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
    static final String NODES = "NodesReady";
    static final String REQUESTS = "CertificatesIssued";
    static final String UPGRADED = "Upgraded";

    private final Resource<ClusterSpec, ClusterStatus> cluster;
    private final Membership.Outcome outcome;
    private final ClusterFacts facts;
    private final ConditionList conditions;

    private ClusterConditions(
            Resource<ClusterSpec, ClusterStatus> cluster, Membership.Outcome outcome, ClusterFacts facts, Instant now) {
        this.cluster = cluster;
        this.outcome = outcome;
        this.facts = facts;
        this.conditions = new ConditionList(cluster.status().conditions(), now);
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
            new EtcdConditions(cluster.name(), outcome.nodes(), facts, conditions.conditions).add();
            conditions.nodes();
            conditions.requests();
            if (upgrade != null) {
                conditions.upgraded(upgrade);
            }
        }
        return conditions.conditions.all();
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
            // The remedy first: what the machine says may be long, and is cut.
            add(
                    BOOTSTRAPPED,
                    false,
                    "Founding",
                    founder + " founds the cluster, and no other machine ever will; if it never comes back, or holds"
                            + " another cluster that is not to be lost, take its labels away, delete the Cluster and declare"
                            + " it again: " + message);
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

    private void add(String type, boolean holds, String reason, String message) {
        conditions.add(type, holds, reason, message);
    }
}
