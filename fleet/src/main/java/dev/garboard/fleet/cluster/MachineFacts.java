package dev.garboard.fleet.cluster;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.document.Kubelet;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the planner knows of a machine.
 *
 * @param connected whether its agent's stream is open
 * @param applied the kinds of documents that it has applied in the revision that is wanted now
 * @param running the kinds of documents that it has applied in this boot, in whatever revision
 * @param told the kinds of documents that it knows of in the revision that is wanted now, applied or not
 * @param undeclared the kinds of documents that it has and nobody declares
 * @param trouble what its documents wait for or failed with; empty when all is well
 */
record MachineFacts(
        String name,
        Map<String, String> labels,
        Acceptance acceptance,
        boolean connected,
        @Nullable String address,
        Set<String> applied,
        Set<String> running,
        Set<String> told,
        Set<String> undeclared,
        String trouble) {

    /** In the text of a trouble that is more than waiting. */
    static final String FAILED = " failed: ";

    MachineFacts {
        labels = Map.copyOf(labels);
        applied = Set.copyOf(applied);
        running = Set.copyOf(running);
        told = Set.copyOf(told);
        undeclared = Set.copyOf(undeclared);
    }

    /** One that has applied what it was told, and nothing else. */
    MachineFacts(
            String name,
            Map<String, String> labels,
            Acceptance acceptance,
            boolean connected,
            @Nullable String address,
            Set<String> applied,
            Set<String> running,
            String trouble) {
        this(name, labels, acceptance, connected, address, applied, running, applied, Set.of(), trouble);
    }

    /**
     * The facts in a machine of the inventory.
     *
     * @param wanted the revisions that are wanted of its documents, by kind
     */
    static MachineFacts of(Resource<MachineSpec, MachineStatus> machine, Map<String, Long> wanted) {
        return new MachineFacts(
                machine.name(),
                machine.metadata().labels(),
                machine.spec().acceptance(),
                isConnected(machine.status()),
                machine.status().address(),
                applied(machine.status(), wanted),
                kinds(machine.status(), document -> document.appliedRevision() > 0),
                kinds(
                        machine.status(),
                        document -> document.desiredRevision() > 0
                                && wanted.getOrDefault(document.kind(), 0L) == document.desiredRevision()),
                kinds(machine.status(), MachineStatus.Document::isUndeclared),
                trouble(machine.status()));
    }

    /** Whether its kubelet was started in this boot, whatever is wanted of it meanwhile. */
    boolean kubeletRuns() {
        return running.contains(Kubelet.KIND);
    }

    /** Whether its member of etcd voted in this boot, and the machine is still there. */
    boolean etcdRuns() {
        return connected && running.contains(Etcd.KIND);
    }

    /** Whether the machine has all labels of a selector that has any. */
    boolean has(Map<String, String> selector) {
        return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
    }

    private static Set<String> applied(MachineStatus status, Map<String, Long> wanted) {
        return kinds(
                status,
                document -> document.appliedRevision() > 0
                        && wanted.getOrDefault(document.kind(), 0L) == document.appliedRevision());
    }

    private static Set<String> kinds(MachineStatus status, Predicate<MachineStatus.Document> which) {
        return status.documents().stream()
                .filter(which)
                .map(MachineStatus.Document::kind)
                .collect(Collectors.toSet());
    }

    private static boolean isConnected(MachineStatus status) {
        return status.conditions().stream()
                .anyMatch(condition -> condition.type().equals("Connected")
                        && condition.status().equals("True"));
    }

    /**
     * A failure says more than what waits behind it, and etcd more than the control plane above it. A document that was applied may have
     * something to say, too: what it stands for has failed since.
     */
    private static String trouble(MachineStatus status) {
        var documents = status.documents().stream()
                .filter(document -> !document.message().isEmpty())
                .sorted(Comparator.comparing(document -> document.kind().equals(ControlPlane.KIND)))
                .toList();
        return documents.stream()
                .filter(document -> document.failedRevision() > 0)
                .findFirst()
                .or(() -> documents.stream().findFirst())
                .map(document -> document.kind() + (document.failedRevision() > 0 ? FAILED : ": ") + document.message())
                .orElse("");
    }
}
