package dev.garboard.agent.kubernetes;

import dev.garboard.agent.kubernetes.DocumentEngine.Outcome;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.io.IOException;
import java.util.HashSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes everything of a cluster back when an order says that the node leaves it. */
final class ClusterLeave {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");

    private final LeaveOrders orders;
    private final DocumentKinds kinds;
    private final DocumentTable table;
    private final DocumentWork work;
    private final Runnable changed;

    /**
     * Nothing is left yet.
     *
     * @param changed called when the status of an order has changed
     */
    ClusterLeave(LeaveOrders orders, DocumentKinds kinds, DocumentTable table, DocumentWork work, Runnable changed) {
        this.orders = orders;
        this.kinds = kinds;
        this.table = table;
        this.work = work;
        this.changed = changed;
    }

    /** Carries an order out. What the node has on a disk must be there before anything can be said of it. */
    Outcome obey(DesiredState now) throws InterruptedException {
        if (!orders.any()) {
            return Outcome.SETTLED;
        }
        var before = orders.statuses();
        Outcome outcome = work.applyFirst(now);
        if (outcome == Outcome.SETTLED && table.isOld(now)) {
            // A disk may be checked for half an hour; the order may have been taken back meanwhile.
            return Outcome.PENDING;
        }
        try {
            Order order = outcome == Outcome.SETTLED ? orders.next().orElse(null) : null;
            if (order != null) {
                outcome = leave(order, now);
            }
        } catch (IOException unreadable) {
            LOG.warn("orders cannot be followed", unreadable);
            outcome = Outcome.FAILED;
        }
        if (!orders.statuses().equals(before)) {
            changed.run();
        }
        return outcome;
    }

    private Outcome leave(Order order, DesiredState now) throws InterruptedException, IOException {
        var declared = kinds.inOrder(now.documents().keySet()).stream()
                .filter(key -> kinds.whenAbsent(key) == Absence.KEPT)
                .map(DocumentKey::toString)
                .collect(Collectors.joining(", "));
        if (!declared.isEmpty()) {
            orders.refuse(order, "the server still declares " + declared + " of this node");
            return Outcome.SETTLED;
        }
        var gone = table.gone(now).stream().filter(kinds::isOfCluster).collect(Collectors.toCollection(HashSet::new));
        if (orders.hasState()) {
            kinds.appliers().stream()
                    .filter(applier -> applier.ofCluster() && applier.whenAbsent() != Absence.TAKEN_BACK)
                    .map(applier -> new DocumentKey(applier.kind(), "default"))
                    .filter(key -> !now.documents().containsKey(key))
                    .forEach(gone::add);
        }
        Outcome all = Outcome.SETTLED;
        for (DocumentKey key : kinds.inOrder(gone).reversed()) {
            all = all.and(work.remove(key));
        }
        if (all == Outcome.SETTLED) {
            // The disk is not the cluster's and goes afterwards, if it is not declared: what is forgotten here lies on
            // it.
            orders.done(order);
        } else {
            orders.waits(order, "waits until everything of the cluster is taken back");
        }
        return all;
    }
}
