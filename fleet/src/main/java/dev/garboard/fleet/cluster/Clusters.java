package dev.garboard.fleet.cluster;

import dev.garboard.fleet.DesiredDocuments;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMirror;
import io.grpc.ServerMethodDefinition;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** All clusters of the site: each is brought on by a loop of its own, so that one whose API hangs holds up no other. */
public final class Clusters implements AutoCloseable {

    private final ClusterVault vault;
    private final BootstrapTokens tokens;
    private final LeaveOrders orders;
    private final DiskOrders disks;
    private final ClusterDesk desk;
    private final ClusterApi.Connector connector;
    private final Parts parts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ClusterLoop> loops = new ConcurrentHashMap<>();
    private final ResourceMirror<MachineSpec, MachineStatus> machines;
    private final ResourceMirror<ClusterSpec, ClusterStatus> clusters;
    private volatile EtcdMembers etcd = (_, _) -> Optional.of("no node can be asked yet");
    private volatile NodeCalls nodes = _ -> Optional.empty();
    private final NodeCalls asked = machine -> nodes.to(machine);
    private final UpgradeInspector inspector;

    /**
     * What clusters need of the rest of Garboard.
     *
     * @param keyFile seals the clusters' keys; made at the first use
     * @param snapshots directory of the snapshots of etcd that are taken before upgrades; made at the first use
     */
    public record Parts(Inventory inventory, Bundles bundles, Path keyFile, Path snapshots, InstantSource clock) {}

    private Clusters(Parts parts, ClusterApi.Connector connector) {
        this.parts = parts;
        this.connector = connector;
        this.inspector = new UpgradeInspector(asked, threads);
        var inventory = parts.inventory();
        this.vault = new ClusterVault(inventory.secrets(), parts.keyFile(), parts.clock());
        this.tokens = new BootstrapTokens(parts.clock());
        this.orders = new LeaveOrders(inventory.orders(), vault);
        this.disks = new DiskOrders(inventory.store(), parts.clock());
        this.desk = new ClusterDesk(
                inventory.store(), inventory.documents(), vault, parts.bundles(), tokens, orders, disks);
        disks.takeBackUnordered();
        this.machines = ResourceMirror.start(inventory.store(), Kinds.MACHINE, this::machineChanged);
        this.clusters = ResourceMirror.start(inventory.store(), Kinds.CLUSTER, this::clusterChanged);
    }

    /** Begins to bring the declared clusters on. */
    public static Clusters start(Parts parts) {
        return start(parts, (server, keys) -> KubernetesApi.connect(server, keys, parts.clock()));
    }

    static Clusters start(Parts parts, ClusterApi.Connector connector) {
        return new Clusters(parts, connector);
    }

    /** What nodes are to be told. */
    public DesiredDocuments desired() {
        return desk;
    }

    /** How members of etcd are reached; until this is said, no control plane can leave. */
    public void reachEtcdBy(EtcdMembers members) {
        etcd = members;
    }

    /** How agents are asked; until this is said, nothing can be upgraded. */
    public void reachNodesBy(NodeCalls calls) {
        nodes = calls;
    }

    /** The methods of the machine API that are about whole clusters. */
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(new UpgradeCall(parts, vault, connector, machines, inspector, threads).method());
    }

    private void clusterChanged(
            @Nullable Resource<ClusterSpec, ClusterStatus> before,
            @Nullable Resource<ClusterSpec, ClusterStatus> after) {
        if (after != null) {
            loops.computeIfAbsent(after.metadata().uid(), uid -> loop(after.name(), uid))
                    .wake();
        }
        if (before != null
                && (after == null
                        || !before.metadata().uid().equals(after.metadata().uid()))) {
            deleted(before);
        }
    }

    private ClusterLoop loop(String name, String uid) {
        var census = new EtcdCensus(asked, parts.clock());
        var snapshots = new EtcdSnapshots(parts.snapshots());
        var loop = new ClusterLoop(
                name,
                uid,
                new ClusterLoop.Parts(
                        parts.inventory().store(), machines, desk, orders, parts.bundles(), parts.clock()),
                new ClusterObserver(vault, connector, threads, parts.clock()),
                new ClusterCare(tokens, (through, member) -> removed(census, through, member), parts.clock()),
                new UpgradeCare(parts.bundles(), inspector, new SnapshotSource(asked, snapshots), parts.clock()),
                census,
                new ClusterEnd(asked, snapshots, parts.clock()));
        loop.start();
        return loop;
    }

    private Optional<String> removed(EtcdCensus census, String through, String member) {
        var refused = etcd.remove(through, member);
        census.changed();
        return refused;
    }

    /** Its nodes lose their documents, and its keys are of no use any more. */
    private void deleted(Resource<ClusterSpec, ClusterStatus> cluster) {
        var loop = loops.remove(cluster.metadata().uid());
        if (loop != null) {
            loop.close();
        }
        vault.forget(cluster.metadata().uid());
        cluster.status().nodes().forEach(node -> desk.changed(node.machine()));
    }

    /** A heartbeat of a machine that has no part in a cluster wakes nobody. */
    private void machineChanged(
            @Nullable Resource<MachineSpec, MachineStatus> before,
            @Nullable Resource<MachineSpec, MachineStatus> after) {
        if (after != null && !disks.isSettled(after)) {
            // At once, also where no node waits for it: an order counts from when it was given. The watch must not wait
            // for the store.
            threads.execute(() -> disks.note(after));
        }
        for (var loop : loops.values()) {
            if ((before != null && loop.concerns(before)) || (after != null && loop.concerns(after))) {
                loop.wake();
            }
        }
    }

    @Override
    public void close() {
        machines.close();
        clusters.close();
        loops.values().forEach(ClusterLoop::close);
        threads.shutdownNow();
    }
}
