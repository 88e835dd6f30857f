package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdAlarmsRequest;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesStatusRequest;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesException;
import io.grpc.StatusException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks nodes and API servers what an upgrade depends on, all at once. What it is told is judged by {@link UpgradeChecks}. */
final class UpgradeInspector {

    private static final Duration ANSWER = Duration.ofSeconds(8);

    private final NodeCalls nodes;
    private final ExecutorService threads;

    UpgradeInspector(NodeCalls nodes, ExecutorService threads) {
        this.nodes = nodes;
        this.threads = threads;
    }

    /** Whether a cluster can be brought to a version now. */
    List<UpgradeCheck> checks(
            Resource<ClusterSpec, ClusterStatus> cluster,
            KubernetesVersion to,
            @Nullable Bundle target,
            ClusterObserver.Observation seen,
            List<MachineFacts> machines) {
        var said = ask(cluster.status(), node -> true);
        var known = new HashMap<String, MachineFacts>();
        machines.forEach(machine -> known.put(machine.name(), machine));
        return new UpgradeChecks(
                        cluster,
                        to,
                        new UpgradeChecks.Seen(
                                target,
                                known,
                                seen.answering(),
                                seen.api() == null ? null : seen.nodes(),
                                seen.trouble(),
                                said,
                                alarms(cluster.status()),
                                removedApis(seen),
                                ownerless(cluster, seen)))
                .all();
    }

    /** What the agents of control planes say. */
    Map<String, NodeSaid> controlPlanes(ClusterStatus status) {
        return ask(status, node -> node.role() == Role.CONTROL_PLANE);
    }

    private Map<String, NodeSaid> ask(ClusterStatus status, Predicate<Node> which) {
        var asked = new LinkedHashMap<String, CompletableFuture<NodeSaid>>();
        status.nodes().stream()
                .filter(node -> node.stage() == Stage.MEMBER)
                .filter(which)
                .forEach(node -> asked.put(
                        node.machine(),
                        CompletableFuture.supplyAsync(
                                () -> ask(node.machine(), node.role() == Role.CONTROL_PLANE), threads)));
        var said = new HashMap<String, NodeSaid>();
        // Each question has a deadline of its own.
        asked.forEach((machine, answer) -> said.put(machine, answer.join()));
        return said;
    }

    private NodeSaid ask(String machine, boolean hasEtcd) {
        var node = nodes.to(machine);
        if (node.isEmpty()) {
            return new NodeSaid(null, null, "it is not connected");
        }
        @Nullable KubernetesStatusResponse kubernetes = null;
        @Nullable EtcdStatusResponse etcd = null;
        try {
            var stub = node.get().withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS);
            kubernetes = stub.kubernetesStatus(KubernetesStatusRequest.getDefaultInstance());
            etcd = hasEtcd ? stub.etcdStatus(EtcdStatusRequest.getDefaultInstance()) : null;
            return new NodeSaid(kubernetes, etcd, "");
        } catch (StatusException silent) {
            return new NodeSaid(kubernetes, etcd, "its agent says " + reason(silent));
        }
    }

    /** Without what gRPC appends on further lines. */
    private static String reason(StatusException silent) {
        var status = silent.getStatus();
        var description = status.getDescription();
        return status.getCode()
                + (description == null
                        ? ""
                        : ": " + description.lines().findFirst().orElse(""));
    }

    /** Null when nobody could be asked. */
    private @Nullable List<String> alarms(ClusterStatus status) {
        for (var node : status.nodes()) {
            var stub = node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER
                    ? nodes.to(node.machine()).orElse(null)
                    : null;
            if (stub != null) {
                try {
                    return stub
                            .withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS)
                            .etcdAlarms(EtcdAlarmsRequest.getDefaultInstance())
                            .getAlarmsList()
                            .stream()
                            .map(EtcdAlarm::getAlarm)
                            .toList();
                } catch (StatusException silent) {
                    // The next one may answer.
                }
            }
        }
        return null;
    }

    /** Each API server counts for itself. Null when one could not be asked. */
    private static @Nullable List<DeprecatedApi> removedApis(ClusterObserver.Observation seen) {
        try {
            return seen.servers().values().stream()
                    .flatMap(api -> api.deprecatedApis().stream())
                    .distinct()
                    .toList();
        } catch (KubernetesException refused) {
            return null;
        }
    }

    private static List<String> ownerless(
            Resource<ClusterSpec, ClusterStatus> cluster, ClusterObserver.Observation seen) {
        var api = seen.api();
        if (api == null) {
            return List.of();
        }
        var drained = cluster.status().nodes().stream()
                .filter(node -> node.role() == Role.WORKER
                        || cluster.spec().controlPlane().schedulable())
                .map(Node::machine)
                .collect(Collectors.toSet());
        try {
            return api.ownerlessPods(drained);
        } catch (KubernetesException refused) {
            return List.of();
        }
    }
}
