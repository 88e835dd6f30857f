package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.Backoff;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node to its documents: kinds in the order of the appliers, removals the other way round, what failed again after
 * a growing wait. The last desired state stays in force when the server is lost. That a document is absent orders nothing: what keeps state
 * stays until an order says that the node leaves its cluster.
 */
public final class DocumentEngine implements Supervisor.Work {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** What a pending document waits for is near: another program of this node, or the server's next word. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private static final Duration LOOK_AGAIN_AT_LAST = Duration.ofSeconds(2);

    private final Service service;
    private final DocumentKinds kinds;
    private final DocumentTable table;
    private final DocumentWork work;
    private final LeaveOrders orders;
    private final ClusterLeave leave;
    private final ClusterGate gate;
    private final Runnable changed;
    private final Backoff backoff;
    private boolean fresh;
    private volatile boolean goesDown;

    /** How a pass ended, the worse the further down. */
    enum Outcome {
        SETTLED,
        PENDING,
        FAILED;

        Outcome and(Outcome other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /**
     * An engine with nothing to do.
     *
     * @param appliers in the order in which their kinds are applied
     * @param orders what the server has ordered once
     * @param changed called when the status of a document or an order has changed
     */
    public DocumentEngine(
            Service service,
            List<DocumentApplier> appliers,
            LeaveOrders orders,
            RandomGenerator random,
            Runnable changed) {
        this.service = service;
        this.kinds = new DocumentKinds(appliers);
        this.table = new DocumentTable(kinds, changed);
        this.work = new DocumentWork(kinds, table);
        this.orders = orders;
        this.leave = new ClusterLeave(orders, kinds, table, work, changed);
        this.gate = new ClusterGate(orders.membership());
        this.changed = changed;
        this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
    }

    /** Ends what runs, the last kind first; the node goes down. */
    public void shutDown() {
        // What ends here must not be started again by a pass that goes on meanwhile.
        goesDown = true;
        kinds.appliers().reversed().forEach(DocumentApplier::close);
    }

    /** Replaces the desired state by one without orders; returns at once. */
    public void want(List<Document> documents, Map<String, ByteString> secrets) {
        want(documents, secrets, List.of());
    }

    /** Replaces the desired state; returns at once. */
    public void want(List<Document> documents, Map<String, ByteString> secrets, List<Order> ordered) {
        var byKey = new HashMap<DocumentKey, Document>();
        documents.forEach(document -> byKey.put(DocumentKey.of(document), document));
        table.want(new DesiredState(byKey, secrets, ordered));
        wake();
        changed.run();
    }

    /** Applies the documents of some kinds again, although they have not changed: what they stand for has. Returns at once. */
    public void again(Collection<String> again) {
        table.reopen(again);
        wake();
    }

    /** Called after the table was written, so that no pass misses it. */
    private synchronized void wake() {
        fresh = true;
        notifyAll();
    }

    /** How far the node is with each document. */
    public List<DocumentStatus> statuses() {
        return table.statuses();
    }

    /** What became of each order. */
    public List<OrderStatus> orderStatuses() {
        return orders.statuses();
    }

    @Override
    public void run() throws InterruptedException {
        service.running();
        Outcome last = Outcome.SETTLED;
        long pendingSince = System.nanoTime();
        while (true) {
            synchronized (this) {
                if (!fresh) {
                    switch (last) {
                        case SETTLED -> wait();
                        case PENDING ->
                            wait(lookAgain(Duration.ofNanos(System.nanoTime() - pendingSince))
                                    .toMillis());
                        case FAILED -> wait(Math.max(1, backoff.next().toMillis()));
                    }
                }
                if (fresh) {
                    backoff.reset();
                }
            }
            Outcome next = convergeOnce();
            if (next != Outcome.PENDING || last != Outcome.PENDING) {
                pendingSince = System.nanoTime();
            }
            last = next;
        }
    }

    /** A tenth later than it could be is soon enough, and a slow machine needs its processor for what it waits for. */
    static Duration lookAgain(Duration waited) {
        Duration tenth = waited.dividedBy(10);
        return tenth.compareTo(LOOK_AGAIN) < 0
                ? LOOK_AGAIN
                : tenth.compareTo(LOOK_AGAIN_AT_LAST) > 0 ? LOOK_AGAIN_AT_LAST : tenth;
    }

    /** One pass now, on this thread. */
    Outcome convergeOnce() throws InterruptedException {
        // In this order: what is written to the table meanwhile is in this pass, or makes another one.
        synchronized (this) {
            fresh = false;
        }
        DesiredState now = table.begin();
        orders.want(now.orders());
        return converge(now);
    }

    private Outcome converge(DesiredState now) throws InterruptedException {
        Outcome all = goesDown ? Outcome.SETTLED : leave.obey(now);
        if (all != Outcome.SETTLED || goesDown) {
            return all;
        }
        // On the disk may lie what another cluster has here.
        Outcome first = work.applyFirst(now);
        boolean isDiskThere = first == Outcome.SETTLED;
        if (isRefused(now, isDiskThere)) {
            return Outcome.FAILED;
        }
        all = goesDown ? first : first.and(removeOthers(now));
        if (!isDiskThere) {
            return all;
        }
        boolean earlierChanged = false;
        for (DocumentKey key : kinds.inOrder(now.documents().keySet())) {
            if (goesDown) {
                return Outcome.SETTLED;
            }
            DocumentApplier applier = kinds.applier(key);
            if (applier == null) {
                work.refuse(key, now);
                continue;
            }
            boolean before = table.isSettled(key, now);
            if (!before || earlierChanged) {
                Outcome one = work.apply(applier, key, now);
                earlierChanged |= one == Outcome.SETTLED && !before;
                all = all.and(one);
                if (one != Outcome.SETTLED && applier.comesFirst()) {
                    break;
                }
            }
        }
        if (all == Outcome.SETTLED && !goesDown) {
            kinds.appliers().forEach(DocumentApplier::settle);
        }
        return all;
    }

    /** Whether the documents are of another cluster than this node: then none of them is applied, and nothing is taken back. */
    private boolean isRefused(DesiredState now, boolean isDiskThere) {
        var keys = kinds.inOrder(now.documents().keySet()).stream()
                .filter(kinds::isOfCluster)
                .toList();
        var documents = keys.stream().map(now::document).toList();
        // A note that is made before the disk is there would be hidden by it.
        String said =
                (isDiskThere ? gate.enter(documents, now::secret) : gate.refusal(documents, now::secret)).orElse("");
        table.refuse(!said.isEmpty());
        if (said.isEmpty()) {
            return false;
        }
        boolean isNew = false;
        for (DocumentKey key : keys) {
            isNew |= table.note(key, so -> so.failed(now.document(key).getRevision(), said));
        }
        if (isNew) {
            LOG.warn("{}", said);
        }
        return true;
    }

    private Outcome removeOthers(DesiredState now) throws InterruptedException {
        List<DocumentKey> gone = table.gone(now);
        boolean others = Stream.concat(gone.stream(), now.documents().keySet().stream())
                .anyMatch(key -> kinds.whenAbsent(key) == Absence.KEPT);
        Outcome all = Outcome.SETTLED;
        for (DocumentKey key : gone) {
            Absence absence = kinds.whenAbsent(key);
            if (absence == Absence.KEPT || (absence == Absence.KEPT_FOR_OTHERS && others)) {
                work.keep(key);
            } else {
                all = all.and(work.remove(key));
            }
        }
        return all;
    }
}
