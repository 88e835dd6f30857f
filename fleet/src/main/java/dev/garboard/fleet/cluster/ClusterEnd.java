package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Resource;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a cluster whose deletion was asked for: the state of its etcd is saved, and only then its machines are ordered to leave. A
 * cluster that cannot be saved waits for a person.
 */
final class ClusterEnd {

    /** Of every Cluster: it goes when this was taken away. */
    static final String FINALIZER = "garboard.dev/cluster";

    /** Set to {@code true} by whoever gives the state of a cluster up that cannot be saved any more. */
    static final String WITHOUT_SNAPSHOT = ClusterSpec.WITHOUT_SNAPSHOT_ANNOTATION;

    private static final Logger log = LoggerFactory.getLogger(ClusterEnd.class);
    private static final String SAVED = "StateSaved";
    private static final int KEPT = 10;

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final NodeCalls nodes;
    private final EtcdSnapshots snapshots;
    private final InstantSource clock;

    ClusterEnd(NodeCalls nodes, EtcdSnapshots snapshots, InstantSource clock) {
        this.nodes = nodes;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /**
     * What to say of the cluster.
     *
     * @param isSaved whether its machines may be ordered to leave once this is stored
     */
    record Step(ClusterStatus status, boolean isSaved) {}

    /** Saves the state when that was not done yet. May block for as long as a snapshot takes. */
    Step advance(Resource<ClusterSpec, ClusterStatus> cluster) {
        if (!cluster.status().bootstrapped()) {
            return said(cluster, true, "NothingToSave", "the cluster was never founded");
        }
        if ("true".equals(cluster.metadata().annotation(WITHOUT_SNAPSHOT))) {
            log.atWarn().addKeyValue("cluster", cluster.name()).log("deleted without a snapshot of its etcd");
            return said(cluster, true, "GivenUp", "the state of etcd is given up, as the annotation says");
        }
        var name = prefix(cluster)
                + STAMP.format(Objects.requireNonNull(cluster.metadata().deletionTimestamp())) + ".db";
        var troubles = new ArrayList<String>();
        try {
            var known = snapshots.find(name);
            if (known.isPresent()) {
                return saved(cluster, known.get());
            }
            for (var node : controlPlanes(cluster.status())) {
                var stub = nodes.to(node.machine());
                if (stub.isEmpty()) {
                    troubles.add(node.machine() + " is not connected");
                    continue;
                }
                try {
                    var taken = snapshots.take(stub.get(), name);
                    log.atInfo()
                            .addKeyValue("cluster", cluster.name())
                            .addKeyValue("file", taken.file())
                            .addKeyValue("sha256", taken.sha256())
                            .log("saved the state of etcd before the cluster is deleted");
                    snapshots.keepLast(prefix(cluster), KEPT);
                    return saved(cluster, taken);
                } catch (StatusException refused) {
                    troubles.add(node.machine() + ": " + refused.getMessage());
                }
            }
        } catch (IOException unwritable) {
            troubles.add(String.valueOf(unwritable.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            troubles.add("the server is stopping");
        }
        return said(
                cluster,
                false,
                "NoSnapshot",
                "the cluster is deleted when the state of etcd is saved, and it cannot be: "
                        + (troubles.isEmpty() ? "no control plane is a member" : String.join("; ", troubles))
                        + ". Bring a control plane back; to give its state up: garboard cluster delete "
                        + cluster.name() + " --without-snapshot");
    }

    private static String prefix(Resource<ClusterSpec, ClusterStatus> cluster) {
        return cluster.name() + "-deleted-";
    }

    private Step saved(Resource<ClusterSpec, ClusterStatus> cluster, ClusterSnapshot snapshot) {
        return said(
                cluster,
                true,
                "Saved",
                "etcd as it was lies in " + snapshot.file() + ", SHA-256 " + snapshot.sha256() + "; the last " + KEPT
                        + " of a cluster's name are kept");
    }

    private Step said(Resource<ClusterSpec, ClusterStatus> cluster, boolean holds, String reason, String message) {
        var before = cluster.status();
        var status = holds ? "True" : "False";
        var others = before.conditions().stream()
                .filter(condition -> !condition.type().equals(SAVED))
                .toList();
        var conditions = new ArrayList<>(others);
        conditions.add(new Condition(SAVED, status, reason, message, since(before, status)));
        return new Step(before.ending(List.copyOf(conditions)), holds);
    }

    private Instant since(ClusterStatus before, String status) {
        return before.conditions().stream()
                .filter(known -> known.type().equals(SAVED) && known.status().equals(status))
                .map(Condition::lastTransitionTime)
                .findFirst()
                .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    private static List<Node> controlPlanes(ClusterStatus status) {
        return status.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .toList();
    }
}
