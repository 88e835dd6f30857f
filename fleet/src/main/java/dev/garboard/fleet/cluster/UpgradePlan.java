package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.inventory.ClusterUpgrade;
import dev.garboard.inventory.ClusterUpgrade.Phase;
import dev.garboard.inventory.ClusterUpgrade.Step;
import dev.garboard.kubernetes.document.StagedBundle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The next step of an upgrade. A pure function: the order, the one node at a time and what each step waits for are here and nowhere else.
 * Nothing is remembered outside of the status, so a plan that is made again after a crash goes on where the last one was stored.
 */
final class UpgradePlan {

    /** A step that takes longer is said to have stopped; when its cause goes away it goes on all the same. */
    private static final Duration LONGEST_STEP = Duration.ofMinutes(6);

    /**
     * For clients of the API that have lost it. Those of Kubernetes (client-go) sleep up to a minute when it was away for long; whoever is not
     * back after that was not lost by the upgrade.
     */
    private static final Duration LONGEST_RETURN = Duration.ofSeconds(100);

    private static final Duration LONGEST_FETCH = Duration.ofMinutes(30);

    private final ClusterSpec spec;
    private final ClusterStatus before;
    private final ClusterFacts facts;
    private final Instant now;
    private final List<Node> nodes;

    private UpgradePlan(ClusterSpec spec, ClusterStatus before, List<Node> nodes, ClusterFacts facts, Instant now) {
        this.spec = spec;
        this.before = before;
        this.facts = facts;
        this.now = now;
        this.nodes = new ArrayList<>(nodes);
    }

    /** What became of it. */
    record Outcome(
            List<Node> nodes,
            @Nullable String version,
            @Nullable String bundle,
            @Nullable ClusterUpgrade upgrade) {

        Outcome {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * The next step.
     *
     * @param before the status as it is stored, with the version that nodes run
     * @param nodes as the membership of this round has them
     */
    static Outcome advance(ClusterSpec spec, ClusterStatus before, List<Node> nodes, ClusterFacts facts, Instant now) {
        return new UpgradePlan(spec, before, nodes, facts, now).advance();
    }

    private Outcome advance() {
        var upgrade = before.upgrade();
        var runs = before.version();
        if (runs == null || !before.bootstrapped()) {
            return unchanged(upgrade);
        }
        if (upgrade == null || !upgrade.isActive()) {
            return unchanged(spec.version().equals(runs) ? upgrade : ClusterUpgrade.begun(runs, spec.version(), now));
        }
        if (!spec.version().equals(upgrade.to())) {
            // Written only while no control plane had left the former version.
            return unchanged(spec.version().equals(runs) ? null : ClusterUpgrade.begun(runs, spec.version(), now));
        }
        var next = next(upgrade);
        return next.isActive() ? unchanged(next) : arrived(next);
    }

    private Outcome unchanged(@Nullable ClusterUpgrade upgrade) {
        return new Outcome(nodes, before.version(), before.bundle(), upgrade);
    }

    /** From now on the new bundle is the cluster's. One that is just leaving keeps what it has until it is gone. */
    private Outcome arrived(ClusterUpgrade upgrade) {
        nodes.replaceAll(node -> {
            if (Objects.equals(node.bundle(), upgrade.bundle())) {
                return node.withBundle(null);
            }
            return node.stage() == Stage.LEAVING && node.bundle() == null ? node.withBundle(before.bundle()) : node;
        });
        return new Outcome(nodes, upgrade.to(), upgrade.bundle(), upgrade);
    }

    private ClusterUpgrade next(ClusterUpgrade upgrade) {
        return switch (upgrade.phase()) {
            case CHECKING -> check(upgrade);
            case SAVING -> save(upgrade);
            case FETCHING -> fetch(upgrade);
            case CONTROL_PLANES -> move(upgrade, Role.CONTROL_PLANE, Phase.WORKERS);
            case WORKERS -> move(upgrade, Role.WORKER, Phase.ADD_ONS);
            case ADD_ONS -> finish(upgrade);
            case DONE -> upgrade;
        };
    }

    private ClusterUpgrade check(ClusterUpgrade upgrade) {
        var checks = facts.upgrade().checks();
        var target = facts.upgrade().target();
        if (checks.isEmpty()) {
            return upgrade.message().isEmpty()
                    ? upgrade.saying("looks whether anything speaks against it", "")
                    : upgrade;
        }
        var against = checks.stream()
                .filter(check -> !check.passed())
                .map(check -> check.name() + ": " + check.message())
                .collect(Collectors.joining("; "));
        return against.isEmpty() && target != null
                ? upgrade.withBundle(target.name()).in(Phase.SAVING, now)
                : upgrade.saying(
                        "nothing was changed; it goes on by itself when every check passes, and is given up when spec.version"
                                + " is " + upgrade.from() + " again",
                        against);
    }

    private ClusterUpgrade save(ClusterUpgrade upgrade) {
        var snapshot = facts.upgrade().snapshot();
        if (snapshot != null) {
            return upgrade.withSnapshot(snapshot).in(Phase.FETCHING, now);
        }
        var trouble = facts.upgrade().snapshotTrouble();
        return upgrade.saying(
                "saves the state of etcd", trouble.isEmpty() ? "" : "the state of etcd cannot be saved: " + trouble);
    }

    private ClusterUpgrade fetch(ClusterUpgrade upgrade) {
        var missing = members()
                .filter(node -> !hasStaged(node))
                .sorted(Comparator.comparing(Node::machine))
                .toList();
        if (missing.isEmpty()) {
            var watches = facts.upgrade().endpointWatches();
            return upgrade.withEndpointWatches(watches == null ? 0 : watches).in(Phase.CONTROL_PLANES, now);
        }
        var names = missing.stream().map(Node::machine).collect(Collectors.joining(", "));
        var trouble = missing.stream()
                .map(lacks(upgrade)::agentTrouble)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
        var failed = missing.stream().anyMatch(node -> lacks(upgrade).hasFailed(node));
        return waiting(
                upgrade, names + " fetch Kubernetes " + upgrade.to(), trouble, failed ? Duration.ZERO : LONGEST_FETCH);
    }

    private boolean hasStaged(Node node) {
        return facts.machine(node.machine())
                .map(machine -> machine.applied().contains(StagedBundle.KIND))
                .orElse(false);
    }

    /** One node after the other; the next only when all that were moved are well. */
    private ClusterUpgrade move(ClusterUpgrade upgrade, Role role, Phase then) {
        var target = Objects.requireNonNull(upgrade.bundle());
        var machine = upgrade.machine();
        if (machine != null) {
            var current = find(machine);
            return current.isEmpty() || current.get().stage() == Stage.LEAVING
                    ? upgrade.at(null, null, false, now)
                    : moveOn(upgrade, current.get(), target);
        }
        moveThoseWhoAreStillJoining(target);
        var next = members()
                .filter(node -> node.role() == role && !target.equals(node.bundle()))
                .min(Comparator.comparing(this::leadsEtcd).thenComparing(Node::machine));
        var obstacle = lacks(upgrade).beforeNext(next.orElse(null));
        if (!obstacle.isEmpty()) {
            return waiting(upgrade, "waits before the next node", obstacle, LONGEST_STEP);
        }
        if (next.isEmpty()) {
            return upgrade.in(then, now);
        }
        var node = next.get();
        if (mustDrain(node)) {
            return upgrade.at(
                            node.machine(),
                            Step.DRAINING,
                            facts.upgrade().cordoned().contains(node.machine()),
                            now)
                    .saying("its pods go elsewhere", "");
        }
        put(node.withBundle(target));
        return upgrade.at(node.machine(), Step.SWAPPING, true, now)
                .saying("its programs are replaced by those of " + upgrade.to(), "");
    }

    /**
     * Whether its member leads; it is moved last. A write that another member passes on to a leader that is just handing over is lost, and
     * its client waits until it gives up: in this order that can happen once, and else with every control plane.
     */
    private boolean leadsEtcd(Node node) {
        return facts.upgrade().of(node.machine()).map(NodeSaid::leadsEtcd).orElse(false);
    }

    private ClusterUpgrade moveOn(ClusterUpgrade upgrade, Node node, String target) {
        return switch (Objects.requireNonNull(upgrade.step())) {
            case DRAINING -> {
                var drain = facts.upgrade().drains().get(node.machine());
                if (drain != null && drain.isDone()) {
                    put(node.withBundle(target));
                    yield upgrade.at(node.machine(), Step.SWAPPING, upgrade.keepCordon(), now)
                            .saying("its programs are replaced by those of " + upgrade.to(), "");
                }
                // No limit: a disruption budget may say no for as long as its owner means it.
                yield upgrade.saying(drain == null ? "its pods go elsewhere" : drainText(drain), "");
            }
            case SWAPPING -> {
                var missing = lacks(upgrade).of(node);
                if (!missing.isEmpty()) {
                    yield waiting(
                            upgrade, "its programs are replaced by those of " + upgrade.to(), missing, LONGEST_STEP);
                }
                var lost = node.role() == Role.CONTROL_PLANE ? lacks(upgrade).lostClients() : "";
                if (!lost.isEmpty() && now.isBefore(upgrade.since().plus(LONGEST_RETURN))) {
                    yield upgrade.saying(lost, "");
                }
                yield upgrade.keepCordon()
                        ? upgrade.at(null, null, false, now)
                        : upgrade.at(node.machine(), Step.RETURNING, false, now).saying("it takes pods again", "");
            }
            case RETURNING ->
                facts.kubernetes().reachable() && !facts.upgrade().cordoned().contains(node.machine())
                        ? upgrade.at(null, null, false, now)
                        : upgrade.saying("it takes pods again", "");
        };
    }

    private static String drainText(Drain drain) {
        return drain.left() + (drain.left() == 1 ? " pod is" : " pods are") + " still there"
                + (drain.refused().isEmpty() ? "" : "; " + String.join("; ", drain.refused()));
    }

    /** They run nothing yet that could be interrupted, and begin with the version that all others have by then. */
    private void moveThoseWhoAreStillJoining(String target) {
        nodes.replaceAll(node -> node.role() == Role.WORKER
                        && node.stage() == Stage.JOINING
                        && !target.equals(node.bundle())
                        && controlPlanes().allMatch(other -> target.equals(other.bundle()))
                ? node.withBundle(target)
                : node);
    }

    /** Pods of a control plane that takes ordinary ones go elsewhere if there is an elsewhere. */
    private boolean mustDrain(Node node) {
        return node.role() == Role.WORKER
                || (spec.controlPlane().schedulable()
                        && members().anyMatch(other -> !other.machine().equals(node.machine()) && other.ready()));
    }

    private ClusterUpgrade finish(ClusterUpgrade upgrade) {
        var missing = facts.upgrade().addOns();
        if (missing == null || !missing.isEmpty()) {
            return waiting(
                    upgrade,
                    "kube-proxy, CoreDNS and roles become those of " + upgrade.to(),
                    missing == null ? "" : missing,
                    LONGEST_STEP);
        }
        return upgrade.in(Phase.DONE, now).saying("every node runs Kubernetes " + upgrade.to(), "");
    }

    /** The same place, with what it waits for; that becomes a failure when it lasts. */
    private ClusterUpgrade waiting(ClusterUpgrade upgrade, String what, String cause, Duration limit) {
        var message = cause.isEmpty() ? what : what + ": " + cause;
        boolean tooLong = !now.isBefore(upgrade.since().plus(limit));
        if (!tooLong) {
            return upgrade.saying(message, "");
        }
        var where = upgrade.machine() == null ? "" : upgrade.machine() + ": ";
        return upgrade.saying(
                message,
                where + (cause.isEmpty() ? what + " takes longer than " + limit.toMinutes() + " minutes" : cause)
                        + "; no other node is touched. It goes on when that is cured"
                        + (isBeyondReturn(upgrade)
                                ? ""
                                : ", and is given up when spec.version is " + upgrade.from() + " again"));
    }

    private boolean isBeyondReturn(ClusterUpgrade upgrade) {
        return controlPlanes().anyMatch(node -> Objects.equals(upgrade.bundle(), node.bundle()));
    }

    private UpgradeLacks lacks(ClusterUpgrade upgrade) {
        return new UpgradeLacks(upgrade, members().toList(), facts);
    }

    private Stream<Node> members() {
        return nodes.stream().filter(node -> node.stage() == Stage.MEMBER);
    }

    private Stream<Node> controlPlanes() {
        return members().filter(node -> node.role() == Role.CONTROL_PLANE);
    }

    private Optional<Node> find(String machine) {
        return nodes.stream().filter(node -> node.machine().equals(machine)).findFirst();
    }

    private void put(Node node) {
        nodes.replaceAll(known -> known.machine().equals(node.machine()) ? node : known);
    }
}
