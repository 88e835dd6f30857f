package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdAlarmsRequest;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.inventory.ClusterSnapshot;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes snapshots of a cluster's etcd, each from a member that has what the cluster has: see {@link SnapshotMember}. */
final class SnapshotSource implements Snapshots {

    private static final Duration ANSWER = Duration.ofSeconds(8);

    private final NodeCalls nodes;
    private final EtcdSnapshots snapshots;

    SnapshotSource(NodeCalls nodes, EtcdSnapshots snapshots) {
        this.nodes = nodes;
        this.snapshots = snapshots;
    }

    @Override
    public Optional<ClusterSnapshot> find(String name) throws IOException {
        return snapshots.find(name);
    }

    @Override
    public Optional<ClusterSnapshot> take(List<String> machines, String name, List<String> troubles)
            throws IOException, InterruptedException {
        var said = machines.stream().map(this::ask).toList();
        said.forEach(member -> member.complaint().ifPresent(troubles::add));
        var best = SnapshotMember.best(said);
        for (var member : best) {
            var furthest = best.getFirst();
            // The others follow within moments; one that does not would lose what was written meanwhile.
            var now = member.equals(furthest) ? member : ask(member.machine());
            var node = nodes.to(member.machine());
            if (node.isEmpty() || !now.refusal().isEmpty()) {
                troubles.add(now.complaint().orElse(member.machine() + " is not connected"));
            } else if (!now.hasAllOf(furthest)) {
                troubles.add(member.machine() + ": its member of etcd is behind that of " + furthest.machine());
            } else {
                try {
                    return Optional.of(snapshots.take(node.get(), name));
                } catch (StatusException refused) {
                    troubles.add(member.machine() + ": " + reason(refused));
                }
            }
        }
        return Optional.empty();
    }

    private SnapshotMember ask(String machine) {
        var node = nodes.to(machine);
        if (node.isEmpty()) {
            return new SnapshotMember(machine, null, null, "it is not connected");
        }
        @Nullable EtcdStatusResponse etcd = null;
        @Nullable List<EtcdAlarm> alarms = null;
        var stub = node.get().withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS);
        try {
            etcd = stub.etcdStatus(EtcdStatusRequest.getDefaultInstance());
            alarms = stub.etcdAlarms(EtcdAlarmsRequest.getDefaultInstance()).getAlarmsList();
            return new SnapshotMember(machine, etcd, alarms, "");
        } catch (StatusException silent) {
            var trouble = etcd == null || etcd.getLeaderId().isEmpty()
                    ? reason(silent)
                    : "no majority of etcd stands behind its member: " + reason(silent);
            return new SnapshotMember(machine, etcd, alarms, trouble);
        }
    }

    /** Without what gRPC appends on further lines. */
    static String reason(StatusException refused) {
        var status = refused.getStatus();
        var description = status.getDescription();
        return status.getCode()
                + (description == null
                        ? ""
                        : ": " + description.lines().findFirst().orElse(""));
    }
}
