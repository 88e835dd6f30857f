package dev.garboard.fleet.cluster;

import dev.garboard.fleet.DesiredDocuments;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.DocumentRevisions;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.trust.Sha256;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each machine is to be told. It reads the stored clusters anew for each answer: a decision leaves the server only after it was
 * stored, and one that was replaced never leaves.
 */
final class ClusterDesk implements DesiredDocuments {

    private static final Logger log = LoggerFactory.getLogger(ClusterDesk.class);

    /** Numbers the desired state as a whole; no document is of this kind. */
    private static final String WHOLE = "DesiredState";

    private final ResourceStore store;
    private final DocumentRevisions revisions;
    private final ClusterVault vault;
    private final Bundles bundles;
    private final BootstrapTokens tokens;
    private final LeaveOrders orders;
    private final DiskOrders disks;
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    ClusterDesk(
            ResourceStore store,
            DocumentRevisions revisions,
            ClusterVault vault,
            Bundles bundles,
            BootstrapTokens tokens,
            LeaveOrders orders,
            DiskOrders disks) {
        this.store = store;
        this.revisions = revisions;
        this.vault = vault;
        this.bundles = bundles;
        this.tokens = tokens;
        this.orders = orders;
        this.disks = disks;
    }

    @Override
    public Optional<NodeState> of(String machine) {
        try {
            var clusters = store.list(Kinds.CLUSTER);
            var ordered = orders.open(machine);
            for (var cluster : clusters.items()) {
                var node = cluster.status().node(machine);
                if (node.isPresent() && (ordered.isEmpty() || node.get().stage() != ClusterStatus.Stage.WAITING)) {
                    return member(clusters.revision(), cluster, node.get());
                }
            }
            var unreadable = clusters.unreadable();
            if (!unreadable.isEmpty()) {
                // It may be a node of one of these, and a node that is told of no document gives up its part.
                log.atError()
                        .addKeyValue("machine", machine)
                        .addKeyValue("clusters", new TreeSet<>(unreadable.keySet()))
                        .log("nothing is said to the machine while a cluster cannot be read");
                return Optional.empty();
            }
            if (!ordered.isEmpty()) {
                return leaving(clusters.revision(), machine, ordered);
            }
            return revisions.isKnown(machine)
                    ? state(machine, clusters.revision(), List.of(), Map.of())
                    : Optional.of(new NodeState(0, List.of(), Map.of()));
        } catch (InvalidResourceException unreadable) {
            log.atError().addKeyValue("machine", machine).setCause(unreadable).log("no documents");
            return Optional.empty();
        } catch (SealingException | UncheckedIOException locked) {
            log.atError().addKeyValue("machine", machine).setCause(locked).log("no documents");
            return Optional.empty();
        }
    }

    private Optional<NodeState> member(long asOf, Resource<ClusterSpec, ClusterStatus> cluster, Node node) {
        boolean waits = node.stage() == ClusterStatus.Stage.WAITING;
        if (waits && cluster.status().bundle() == null) {
            return revisions.isKnown(node.machine())
                    ? state(node.machine(), asOf, List.of(), Map.of())
                    : Optional.of(new NodeState(0, List.of(), Map.of()));
        }
        var parts = parts(cluster, node);
        if (parts.isEmpty()) {
            log.atWarn()
                    .addKeyValue("machine", node.machine())
                    .addKeyValue("bundle", cluster.status().bundle())
                    .log("a bundle of the cluster is gone; the node keeps what it has");
            return Optional.empty();
        }
        // Who waits has no part in the cluster yet, and none in its secrets.
        var secrets = waits
                ? Map.<String, String>of()
                : NodeSecrets.of(
                        node.role(),
                        vault.of(cluster),
                        tokens.of(cluster.metadata().uid(), node.machine()).orElse(null));
        var machine = store.get(Kinds.MACHINE, node.machine()).map(disks::settle);
        var documents = new ArrayList<NodeDocument>(disk(machine));
        documents.addAll(parts.get().of(node));
        long newest = machine.map(known -> known.metadata().resourceVersion()).orElse(0L);
        return state(node.machine(), Math.max(asOf, newest), documents, secrets);
    }

    /**
     * Its disk stays mounted, since what is to be forgotten may lie there, and nothing is formatted for that. Where the disk was replaced the order
     * waits: it is carried out when somebody has said of the new disk, or of the lost file system, that it may be formatted, or names no disk.
     */
    private Optional<NodeState> leaving(long asOf, String name, List<LeaveOrder> ordered) {
        var machine = store.get(Kinds.MACHINE, name).map(disks::settle);
        long newest = machine.map(known -> known.metadata().resourceVersion()).orElse(0L);
        return state(name, Math.max(asOf, newest), List.copyOf(disk(machine)), Map.of())
                .map(state -> new NodeState(state.revision(), state.documents(), state.secrets(), ordered));
    }

    private static List<StateDisk> disk(Optional<Resource<MachineSpec, MachineStatus>> machine) {
        return machine.flatMap(DiskDocument::of).stream().toList();
    }

    @Override
    public void answered(String machine, List<OrderAnswer> answers) {
        if (orders.answered(machine, answers)) {
            changed(machine);
        }
    }

    /** A node that has left the cluster's bundle for the next one says so itself; during an upgrade each has the next one ready. */
    private Optional<NodeParts> parts(Resource<ClusterSpec, ClusterStatus> cluster, Node node) {
        var name = node.bundle() == null ? cluster.status().bundle() : node.bundle();
        var bundle = Optional.ofNullable(name).flatMap(bundles::named);
        var upgrade = cluster.status().upgrade();
        if (bundle.isEmpty() || upgrade == null || !upgrade.isFetched() || upgrade.bundle() == null) {
            return bundle.map(one -> new NodeParts(cluster, one, null));
        }
        return bundles.named(upgrade.bundle()).map(next -> new NodeParts(cluster, bundle.get(), next));
    }

    private Optional<NodeState> state(
            String machine, long asOf, List<NodeDocument> documents, Map<String, String> secrets) {
        var contents = new HashMap<DocumentRevisions.Document, byte[]>();
        var numbered = new ArrayList<DocumentRevisions.Document>();
        var whole = Sha256.digest();
        for (var document : documents) {
            var content = Documents.render(document);
            var row = new DocumentRevisions.Document(document.kind(), document.name(), hex(content));
            whole.update(content);
            contents.put(row, content);
            numbered.add(row);
        }
        new TreeMap<>(secrets).forEach((name, value) -> {
            whole.update(name.getBytes(StandardCharsets.UTF_8));
            whole.update(value.getBytes(StandardCharsets.UTF_8));
        });
        var all = new DocumentRevisions.Document(WHOLE, "", Sha256.hex(whole));
        numbered.add(all);
        return revisions.number(machine, asOf, numbered).map(numbers -> {
            numbered.remove(all);
            return new NodeState(
                    numbers.getOrDefault(all, 0L),
                    numbered.stream()
                            .map(row -> new Document(
                                    row.kind(),
                                    row.name(),
                                    numbers.getOrDefault(row, 0L),
                                    contents.getOrDefault(row, new byte[0])))
                            .toList(),
                    secrets);
        });
    }

    /** The revisions that are wanted of each node's documents as of a reading of the clusters: by machine and kind. */
    Map<String, Map<String, Long>> wanted(long asOf, Resource<ClusterSpec, ClusterStatus> cluster) {
        var wanted = new HashMap<String, Map<String, Long>>();
        for (var node : cluster.status().nodes()) {
            parts(cluster, node)
                    .ifPresent(parts -> wanted.put(node.machine(), wanted(node.machine(), asOf, parts.of(node))));
        }
        return wanted;
    }

    private Map<String, Long> wanted(String machine, long asOf, List<NodeDocument> documents) {
        var rows = documents.stream()
                .map(document -> new DocumentRevisions.Document(
                        document.kind(), document.name(), hex(Documents.render(document))))
                .toList();
        var wanted = new HashMap<String, Long>();
        revisions
                .number(machine, asOf, rows)
                .ifPresent(numbers -> numbers.forEach((row, revision) -> wanted.put(row.kind(), revision)));
        return wanted;
    }

    /** Why a cluster's keys cannot be had; empty when they can, and while it needs none. */
    String keyTrouble(Resource<ClusterSpec, ClusterStatus> cluster) {
        if (cluster.status().bootstrapMachine() == null) {
            return "";
        }
        try {
            var _ = vault.of(cluster);
            return "";
        } catch (SealingException | UncheckedIOException locked) {
            return String.valueOf(locked.getMessage());
        }
    }

    @Override
    public void listen(Consumer<String> changed) {
        listeners.add(changed);
    }

    /** What the machine is to be told may have changed. */
    void changed(String machine) {
        listeners.forEach(listener -> listener.accept(machine));
    }

    private static String hex(byte[] content) {
        return Sha256.of(content);
    }
}
