package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import io.grpc.StatusException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a cluster whose deletion was asked for: the state of its etcd is saved, and only then its machines are ordered to leave. A
 * cluster that cannot be saved waits for a person. That nobody noted the founding does not mean that there is nothing: the founder is asked.
 */
final class ClusterEnd {

    /** Of every Cluster: it goes when this was taken away. */
    static final String FINALIZER = "garboard.dev/cluster";

    /** Set to {@code true} by whoever gives the state of a cluster up that cannot be saved any more. */
    static final String WITHOUT_SNAPSHOT = ClusterSpec.WITHOUT_SNAPSHOT_ANNOTATION;

    private static final Logger log = LoggerFactory.getLogger(ClusterEnd.class);
    private static final String SAVED = "StateSaved";
    private static final int KEPT = 10;
    private static final Duration ANSWER = Duration.ofSeconds(8);

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final NodeCalls nodes;
    private final EtcdSnapshots snapshots;
    private final SnapshotSource source;
    private final InstantSource clock;

    ClusterEnd(NodeCalls nodes, EtcdSnapshots snapshots, InstantSource clock) {
        this.nodes = nodes;
        this.snapshots = snapshots;
        this.source = new SnapshotSource(nodes, snapshots);
        this.clock = clock;
    }

    /**
     * What to say of the cluster.
     *
     * @param isSaved whether its machines may be ordered to leave once this is stored
     */
    record Step(ClusterStatus status, boolean isSaved) {}

    /** The machines of the inventory. */
    @FunctionalInterface
    interface Machines {
        Optional<Resource<MachineSpec, MachineStatus>> of(String name);
    }

    /** Saves the state when that was not done yet. May block for as long as a snapshot takes. */
    Step advance(Resource<ClusterSpec, ClusterStatus> cluster, Machines machines) {
        var status = cluster.status();
        var founder = founder(status);
        if (!status.bootstrapped() && founder.isEmpty()) {
            return said(cluster, true, "NothingToSave", "the cluster was never founded");
        }
        if ("true".equals(cluster.metadata().annotation(WITHOUT_SNAPSHOT))) {
            return givenUp(cluster);
        }
        var members = controlPlanes(status);
        if (!status.bootstrapped()) {
            var state = state(founder.get(), machines);
            if (!state.doubt().isEmpty()) {
                return refused(cluster, state.doubt());
            }
            if (!state.isFounded()) {
                return said(
                        cluster,
                        true,
                        "NothingToSave",
                        "the cluster was never founded: " + founder.get() + " has no data");
            }
            members = List.of(founder.get());
        }
        return save(cluster, members);
    }

    private Step givenUp(Resource<ClusterSpec, ClusterStatus> cluster) {
        var holders = cluster.status().nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() != Stage.WAITING)
                .map(Node::machine)
                .collect(Collectors.joining(", "));
        log.atWarn()
                .addKeyValue("cluster", cluster.name())
                .addKeyValue("controlPlanes", holders)
                .log("deleted without a snapshot of its etcd");
        return said(
                cluster,
                true,
                "GivenUp",
                "the state of etcd is given up, as the annotation says: lost is every object and secret of the cluster that"
                        + " no earlier snapshot has, with the data on "
                        + (holders.isEmpty() ? "no machine" : holders));
    }

    private Step save(Resource<ClusterSpec, ClusterStatus> cluster, List<String> members) {
        var name = prefix(cluster)
                + STAMP.format(Objects.requireNonNull(cluster.metadata().deletionTimestamp())) + ".db";
        var troubles = new ArrayList<String>();
        try {
            var known = source.find(name);
            if (known.isPresent()) {
                return saved(cluster, known.get());
            }
            var taken = source.take(members, name, troubles);
            if (taken.isPresent()) {
                log.atInfo()
                        .addKeyValue("cluster", cluster.name())
                        .addKeyValue("file", taken.get().file())
                        .addKeyValue("sha256", taken.get().sha256())
                        .log("saved the state of etcd before the cluster is deleted");
                snapshots.keepLast(prefix(cluster), KEPT);
                return saved(cluster, taken.get());
            }
        } catch (IOException unwritable) {
            troubles.add(String.valueOf(unwritable.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            troubles.add("the server is stopping");
        }
        return refused(cluster, troubles.isEmpty() ? "no control plane is a member" : String.join("; ", troubles));
    }

    private Step refused(Resource<ClusterSpec, ClusterStatus> cluster, String why) {
        return said(
                cluster,
                false,
                "NoSnapshot",
                "the cluster is deleted when the state of etcd is saved, and it cannot be: " + why
                        + ". Bring a control plane back whose member votes, sees a leader and has no alarm CORRUPT; to"
                        + " give its state up, and lose what no earlier snapshot has: garboard cluster delete "
                        + cluster.name() + " --without-snapshot");
    }

    /** The one that may found, once it was told to. */
    private static Optional<String> founder(ClusterStatus status) {
        return Optional.ofNullable(status.bootstrapMachine())
                .flatMap(status::node)
                .filter(node -> node.stage() != Stage.WAITING)
                .map(Node::machine);
    }

    private FounderState state(String founder, Machines machines) {
        var node = nodes.to(founder);
        if (node.isEmpty()) {
            return FounderState.unknown(founder, "it is not connected");
        }
        try {
            var _ = node.get()
                    .withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS)
                    .etcdStatus(EtcdStatusRequest.getDefaultInstance());
            return FounderState.of(founder, null, null);
        } catch (StatusException refused) {
            return FounderState.of(
                    founder, refused.getStatus(), machines.of(founder).orElse(null));
        }
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

    private static List<String> controlPlanes(ClusterStatus status) {
        return status.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .map(Node::machine)
                .toList();
    }
}
