package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceConflictException;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingPart;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings one cluster on: looks, plans, stores the plan, and only then acts on it. */
final class ClusterLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ClusterLoop.class);

    /** While something is on its way. */
    private static final Duration BUSY = Duration.ofMillis(400);
    /** When nothing changes by itself. */
    private static final Duration CALM = Duration.ofSeconds(5);
    /** How long it stays so after the last change. */
    private static final Duration ATTENTIVE = Duration.ofSeconds(20);
    /** However often it is woken, it does not look more often than this. */
    private static final Duration LEAST = Duration.ofMillis(100);

    private final String name;
    private final String uid;
    private final Parts parts;
    private final ClusterObserver observer;
    private final ClusterCare care;
    private final UpgradeCare upgrades;
    private final EtcdCensus census;
    private final ClusterEnd end;
    private final Semaphore wake = new Semaphore(0);
    private final ServingPart part;
    private final Thread thread;
    private final Set<String> told = new HashSet<>();
    private @Nullable Told last;
    private Instant busyUntil = Instant.MIN;
    private volatile @Nullable Resource<ClusterSpec, ClusterStatus> known;
    private volatile boolean closed;

    /** What the nodes' documents follow from. */
    private record Told(ClusterSpec spec, ClusterStatus status) {}

    /** What all loops share. */
    record Parts(
            ResourceStore store,
            ResourceMirror<MachineSpec, MachineStatus> machines,
            ClusterDesk desk,
            LeaveOrders orders,
            Bundles bundles,
            InstantSource clock) {}

    ClusterLoop(
            String name,
            String uid,
            Parts parts,
            ClusterObserver observer,
            ClusterCare care,
            UpgradeCare upgrades,
            EtcdCensus census,
            ClusterEnd end) {
        this.census = census;
        this.end = end;
        this.name = name;
        this.uid = uid;
        this.parts = parts;
        this.observer = observer;
        this.care = care;
        this.upgrades = upgrades;
        this.part = parts.store().parts().part("cluster-" + name + "-" + uid.substring(0, Math.min(8, uid.length())));
        this.thread = Thread.ofVirtual().name("cluster-" + name).unstarted(this::run);
    }

    String uid() {
        return uid;
    }

    void start() {
        thread.start();
    }

    /** Something changed that the cluster may depend on. */
    void wake() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    private void run() {
        try {
            while (!closed) {
                var pause = CALM;
                try {
                    part.began();
                    pause = step();
                    part.worked();
                } catch (ResourceConflictException raced) {
                    pause = LEAST;
                } catch (ResourceMissingException deleted) {
                    return;
                } catch (Throwable failed) {
                    if (closed) {
                        return;
                    }
                    pause = part.failed(failed);
                }
                Thread.sleep(LEAST);
                var _ = wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            parts.store().parts().forget(part);
            observer.close();
        }
    }

    /** One round; how long to wait for the next. */
    private Duration step() {
        var clusters = parts.store().list(Kinds.CLUSTER);
        var cluster = clusters.items().stream()
                .filter(one -> one.metadata().uid().equals(uid))
                .findFirst()
                .orElseThrow(() -> notListed(clusters.unreadable()));
        if (cluster.metadata().isDeleting()) {
            return end(cluster);
        }
        if (!cluster.metadata().finalizers().contains(ClusterEnd.FINALIZER)) {
            // Before anything of it lies on any machine.
            parts.store()
                    .update(
                            Kinds.CLUSTER,
                            name,
                            found -> found.metadata().uid().equals(uid)
                                    ? found.withMetadata(found.metadata().withFinalizers(List.of(ClusterEnd.FINALIZER)))
                                    : found);
            return LEAST;
        }
        var keyTrouble = parts.desk().keyTrouble(cluster);
        var seen = cluster.status().bootstrapMachine() == null || !keyTrouble.isEmpty()
                ? ClusterObserver.Observation.nothing()
                : observer.observe(cluster);
        var facts = facts(clusters, cluster, keyTrouble, seen);
        var planned =
                ClusterPlanner.advance(cluster, facts, parts.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        order(cluster, planned);
        // Stored first, and only if nobody changed the cluster since it was read: what is told and done below follows
        // from what is stored.
        var stored = parts.store().replaceStatus(cluster.withStatus(planned));
        known = stored;
        tell(stored);
        upgrade(stored, seen);
        if (seen.api() != null) {
            act(cluster.status(), stored, facts, seen, seen.api());
        }
        return isBusy(stored.status()) || parts.clock().instant().isBefore(busyUntil) ? BUSY : CALM;
    }

    /** A cluster that cannot be read is not deleted: its loop goes on trying. */
    private RuntimeException notListed(Map<String, String> unreadable) {
        return unreadable.containsKey(name)
                ? new IllegalStateException(
                        "cluster " + name + " is stored and cannot be read; its nodes keep what they have")
                : new ResourceMissingException("there is no Cluster " + name);
    }

    /** Saves, says so, and only when both are done orders the machines to leave and lets the cluster go. */
    private Duration end(Resource<ClusterSpec, ClusterStatus> cluster) {
        var step = end.advance(cluster, parts.machines()::get);
        var stored = parts.store().replaceStatus(cluster.withStatus(step.status()));
        known = stored;
        if (!step.isSaved()) {
            return CALM;
        }
        if (!stored.equals(cluster)) {
            // Whoever waits for the deletion reads where the snapshot lies before there is no cluster to read it from.
            return BUSY;
        }
        stored.status().nodes().stream()
                .filter(node -> node.stage() != Stage.WAITING)
                .forEach(node -> parts.orders().issue(stored, node.machine()));
        parts.store()
                .update(
                        Kinds.CLUSTER,
                        name,
                        found -> found.metadata().uid().equals(uid)
                                ? found.withMetadata(found.metadata().withFinalizers(List.of()))
                                : found);
        return CALM;
    }

    /** Before it is forgotten that a node ever had a part: from then on only the order says that it is to go. */
    private void order(Resource<ClusterSpec, ClusterStatus> cluster, ClusterStatus planned) {
        cluster.status().nodes().stream()
                .filter(node -> node.stage() != Stage.WAITING
                        && planned.node(node.machine())
                                .filter(next -> next.stage() != Stage.WAITING)
                                .isEmpty())
                .forEach(node -> parts.orders().issue(cluster, node.machine()));
    }

    private ClusterFacts facts(
            ResourceStore.Listing<ClusterSpec, ClusterStatus> clusters,
            Resource<ClusterSpec, ClusterStatus> cluster,
            String keyTrouble,
            ClusterObserver.Observation seen) {
        var wanted = parts.desk().wanted(clusters.revision(), cluster);
        var machines = parts.machines().all().stream()
                .map(machine -> MachineFacts.of(machine, wanted.getOrDefault(machine.name(), Map.of())))
                .toList();
        var taken = new HashMap<String, String>();
        for (var other : clusters.items()) {
            if (!other.metadata().uid().equals(uid)) {
                other.status().nodes().forEach(node -> taken.put(node.machine(), other.name()));
            }
        }
        // Who has a part in a cluster that cannot be read is not known; whoever it mentions is left to it.
        clusters.unreadable()
                .forEach((other, stored) -> parts.machines().all().stream()
                        .map(Resource::name)
                        .filter(machine -> stored.contains('"' + machine + '"'))
                        .forEach(machine -> taken.put(machine, other)));
        cluster.status().nodes().forEach(node -> taken.remove(node.machine()));
        var nodes = new HashMap<String, KubernetesFacts.NodeFacts>();
        seen.nodes()
                .forEach((key, node) -> nodes.put(
                        key, new KubernetesFacts.NodeFacts(node.ready(), node.kubeletVersion(), node.message())));
        var bundle = bundle(cluster);
        return new ClusterFacts(
                machines,
                unread(cluster.status()),
                taken,
                bundle,
                bundle == null ? parts.bundles().trouble() : "",
                new KubernetesFacts(seen.answering(), seen.api() != null, nodes, seen.trouble(), care.refusedRequest()),
                keyTrouble,
                care.emptying(),
                care.departed(),
                parts.orders().machines(),
                cluster.status().bootstrapped() ? census.members(cluster.status()) : null,
                upgrades.facts(cluster, seen, machines));
    }

    /** Asked of the store itself: a machine that is only missing in memory, or cannot be read, was deleted by nobody. */
    private Set<String> unread(ClusterStatus status) {
        var unread = new HashSet<String>();
        for (var node : status.nodes()) {
            if (parts.machines().get(node.machine()).isEmpty() && isStored(node.machine())) {
                unread.add(node.machine());
            }
        }
        return unread;
    }

    private boolean isStored(String machine) {
        try {
            return parts.store().get(Kinds.MACHINE, machine).isPresent();
        } catch (InvalidResourceException unreadable) {
            return true;
        }
    }

    /** The one that the cluster began with, or the one it would begin with. */
    private @Nullable Bundle bundle(Resource<ClusterSpec, ClusterStatus> cluster) {
        var pinned = cluster.status().bundle();
        return (pinned == null
                        ? parts.bundles()
                                .ofVersion(
                                        KubernetesVersion.parse(cluster.spec().version()))
                        : parts.bundles().named(pinned))
                .orElse(null);
    }

    /** Tells every node whose documents may have changed, those that have left included. */
    private void tell(Resource<ClusterSpec, ClusterStatus> cluster) {
        var now = new Told(cluster.spec(), cluster.status());
        if (now.equals(last)) {
            return;
        }
        last = now;
        // What follows a change, such as a request for a certificate, is not in the status.
        busyUntil = parts.clock().instant().plus(ATTENTIVE);
        cluster.status().nodes().forEach(node -> told.add(node.machine()));
        told.forEach(parts.desk()::changed);
        told.retainAll(cluster.status().nodes().stream()
                .map(ClusterStatus.Node::machine)
                .toList());
    }

    private void act(
            ClusterStatus before,
            Resource<ClusterSpec, ClusterStatus> cluster,
            ClusterFacts facts,
            ClusterObserver.Observation seen,
            ClusterApi api) {
        try {
            care.tokens(cluster, facts, api).forEach(parts.desk()::changed);
            care.requests(cluster, api);
            care.marks(cluster, seen, api);
            care.departures(before, cluster, facts, seen.nodes(), api);
        } catch (KubernetesException refused) {
            log.atInfo()
                    .addKeyValue("cluster", name)
                    .addKeyValue("reason", Objects.toString(refused.getMessage()))
                    .log("the API refused; tried again in the next round");
        }
    }

    private void upgrade(Resource<ClusterSpec, ClusterStatus> cluster, ClusterObserver.Observation seen) {
        try {
            upgrades.act(cluster, seen);
        } catch (KubernetesException refused) {
            log.atInfo()
                    .addKeyValue("cluster", name)
                    .addKeyValue("reason", Objects.toString(refused.getMessage()))
                    .log("the API refused a step of the upgrade; tried again in the next round");
        }
    }

    private static boolean isBusy(ClusterStatus status) {
        var upgrade = status.upgrade();
        if (upgrade != null && upgrade.isActive() && upgrade.failure().isEmpty()) {
            return true;
        }
        return status.nodes().stream().anyMatch(node -> node.stage() == Stage.JOINING || node.stage() == Stage.LEAVING);
    }

    /** Whether a machine matters to this cluster; until the first round every one does. */
    boolean concerns(Resource<MachineSpec, MachineStatus> machine) {
        var cluster = known;
        if (cluster == null || cluster.status().node(machine.name()).isPresent()) {
            return true;
        }
        var labels = machine.metadata().labels().entrySet();
        var workers = cluster.spec().workers().selector().entrySet();
        return labels.containsAll(cluster.spec().controlPlane().selector().entrySet())
                || (!workers.isEmpty() && labels.containsAll(workers));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
