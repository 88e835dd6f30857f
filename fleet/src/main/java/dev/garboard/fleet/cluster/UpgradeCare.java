package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.ClusterUpgrade.Phase;
import dev.garboard.inventory.ClusterUpgrade.Step;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.api.KubernetesException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is looked at and done for a cluster's upgrade, beyond what its nodes are told by their documents. Everything may be done again without
 * harm: what is remembered here only saves questions.
 */
final class UpgradeCare {

    private static final Logger log = LoggerFactory.getLogger(UpgradeCare.class);

    /** While something speaks against it. */
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(5);

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Bundles bundles;
    private final UpgradeInspector inspector;
    private final Snapshots snapshots;
    private final InstantSource clock;
    private Instant checkedAt = Instant.MIN;
    private String snapshotTrouble = "";
    private Drained drained = new Drained("", new Drain(0, List.of()));

    private record Drained(String machine, Drain drain) {}

    UpgradeCare(Bundles bundles, UpgradeInspector inspector, Snapshots snapshots, InstantSource clock) {
        this.bundles = bundles;
        this.inspector = inspector;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /** What the next plan needs to know. */
    UpgradeFacts facts(
            Resource<ClusterSpec, ClusterStatus> cluster,
            ClusterObserver.Observation seen,
            List<MachineFacts> machines) {
        var upgrade = cluster.status().upgrade();
        if (upgrade == null
                || !upgrade.isActive()
                || !upgrade.to().equals(cluster.spec().version())) {
            return UpgradeFacts.none();
        }
        var to = KubernetesVersion.parse(upgrade.to());
        var pinned = upgrade.bundle();
        var target = (pinned == null ? bundles.ofVersion(to) : bundles.named(pinned)).orElse(null);
        var cordoned = seen.nodes().values().stream()
                .filter(KubernetesNode::cordoned)
                .map(KubernetesNode::name)
                .collect(Collectors.toSet());
        var drains = drained.machine().isEmpty() ? Map.<String, Drain>of() : Map.of(drained.machine(), drained.drain());
        var phase = upgrade.phase();
        return new UpgradeFacts(
                target,
                phase == Phase.CHECKING ? checks(cluster, to, target, seen, machines) : List.of(),
                phase == Phase.SAVING ? snapshot(cluster, upgrade) : null,
                snapshotTrouble,
                phase == Phase.CONTROL_PLANES || phase == Phase.WORKERS
                        ? inspector.controlPlanes(cluster.status())
                        : Map.of(),
                cordoned,
                drains,
                phase == Phase.FETCHING || phase == Phase.CONTROL_PLANES ? endpointWatches(seen) : null,
                phase == Phase.ADD_ONS ? addOns(to, seen) : null);
    }

    /** A client follows one API server only, so all of them are asked; null when one does not answer. */
    private static @Nullable Integer endpointWatches(ClusterObserver.Observation seen) {
        try {
            return seen.servers().values().stream()
                    .mapToInt(ClusterApi::endpointWatches)
                    .sum();
        } catch (KubernetesException refused) {
            return null;
        }
    }

    private List<UpgradeCheck> checks(
            Resource<ClusterSpec, ClusterStatus> cluster,
            KubernetesVersion to,
            @Nullable Bundle target,
            ClusterObserver.Observation seen,
            List<MachineFacts> machines) {
        if (clock.instant().isBefore(checkedAt.plus(BETWEEN_CHECKS))) {
            return List.of();
        }
        var checks = inspector.checks(cluster, to, target, seen, machines);
        checkedAt = clock.instant();
        return checks;
    }

    private @Nullable ClusterSnapshot snapshot(Resource<ClusterSpec, ClusterStatus> cluster, ClusterUpgrade upgrade) {
        try {
            return snapshots.find(file(cluster, upgrade)).orElse(null);
        } catch (IOException unreadable) {
            snapshotTrouble = String.valueOf(unreadable.getMessage());
            return null;
        }
    }

    /** The same for one upgrade however often it is looked for. */
    private static String file(Resource<ClusterSpec, ClusterStatus> cluster, ClusterUpgrade upgrade) {
        return cluster.name() + "-" + upgrade.from() + "-" + STAMP.format(upgrade.started()) + ".db";
    }

    private static @Nullable String addOns(KubernetesVersion to, ClusterObserver.Observation seen) {
        try {
            return seen.api() == null ? "no API answers" : seen.api().troubleWithAddOns(to.toString());
        } catch (KubernetesException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** Does what the stored step asks for. */
    void act(Resource<ClusterSpec, ClusterStatus> cluster, ClusterObserver.Observation seen) {
        var upgrade = cluster.status().upgrade();
        if (upgrade == null || !upgrade.isActive()) {
            return;
        }
        if (upgrade.phase() == Phase.SAVING) {
            save(cluster, upgrade);
        }
        var machine = upgrade.machine();
        var api = seen.api();
        if (machine == null || upgrade.step() != Step.DRAINING) {
            drained = new Drained("", new Drain(0, List.of()));
        }
        if (machine == null || api == null) {
            return;
        }
        if (upgrade.step() == Step.DRAINING) {
            drained = new Drained(machine, api.drain(machine, ClusterApi.Ownerless.STAY));
        } else if (upgrade.step() == Step.RETURNING) {
            api.uncordon(machine);
        }
    }

    private void save(Resource<ClusterSpec, ClusterStatus> cluster, ClusterUpgrade upgrade) {
        var troubles = new ArrayList<String>();
        try {
            snapshots
                    .take(controlPlanes(cluster.status()), file(cluster, upgrade), troubles)
                    .ifPresent(taken -> {
                        troubles.clear();
                        log.atInfo()
                                .addKeyValue("cluster", cluster.name())
                                .addKeyValue("file", taken.file())
                                .addKeyValue("sha256", taken.sha256())
                                .log("saved the state of etcd");
                    });
        } catch (IOException failed) {
            troubles.add(String.valueOf(failed.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        snapshotTrouble = String.join("; ", troubles);
    }

    private static List<String> controlPlanes(ClusterStatus status) {
        return status.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .map(Node::machine)
                .toList();
    }
}
