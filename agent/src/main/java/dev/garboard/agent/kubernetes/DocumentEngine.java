package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.Backoff;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.NodeMessage.OrderStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final Map<String, DocumentApplier> appliers = new LinkedHashMap<>();
    private final LeaveOrders orders;
    private final ClusterGate gate;
    private final Runnable changed;
    private final Backoff backoff;
    private final Map<DocumentKey, DocumentProgress> progress = new HashMap<>();
    private final Set<String> reopened = new HashSet<>();
    private State desired = new State(Map.of(), Map.of(), List.of());
    private boolean fresh;
    private boolean refused;
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

    /** What the server wanted at one time; an order is held against the documents that it came with. */
    private record State(Map<DocumentKey, Document> documents, Map<String, ByteString> secrets, List<Order> orders) {

        State {
            documents = Map.copyOf(documents);
            secrets = Map.copyOf(secrets);
            orders = List.copyOf(orders);
        }

        Document document(DocumentKey key) {
            return Objects.requireNonNull(documents.get(key));
        }

        byte @Nullable [] secret(String name) {
            ByteString value = secrets.get(name);
            return value == null ? null : value.toByteArray();
        }

        @Override
        public String toString() {
            return documents.keySet() + " with secrets " + secrets.keySet();
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
        this.orders = orders;
        this.gate = new ClusterGate(orders.membership());
        appliers.forEach(applier -> this.appliers.put(applier.kind(), applier));
        this.changed = changed;
        this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
    }

    /** Ends what runs, the last kind first; the node goes down. */
    public void shutDown() {
        // What ends here must not be started again by a pass that goes on meanwhile.
        goesDown = true;
        List.copyOf(appliers.values()).reversed().forEach(DocumentApplier::close);
    }

    /** Replaces the desired state by one without orders; returns at once. */
    public void want(List<Document> documents, Map<String, ByteString> secrets) {
        want(documents, secrets, List.of());
    }

    /** Replaces the desired state; returns at once. */
    public void want(List<Document> documents, Map<String, ByteString> secrets, List<Order> ordered) {
        var byKey = new HashMap<DocumentKey, Document>();
        documents.forEach(document -> byKey.put(DocumentKey.of(document), document));
        synchronized (this) {
            desired = new State(byKey, secrets, ordered);
            byKey.forEach((key, document) -> progress.put(
                    key, progress.getOrDefault(key, DocumentProgress.NEW).wanted(document)));
            fresh = true;
            notifyAll();
        }
        changed.run();
    }

    /** Applies the documents of some kinds again, although they have not changed: what they stand for has. Returns at once. */
    public synchronized void again(Collection<String> kinds) {
        // Noted only here: a pass that runs now may settle them once more.
        reopened.addAll(kinds);
        fresh = true;
        notifyAll();
    }

    /** How far the node is with each document. */
    public synchronized List<DocumentStatus> statuses() {
        return progress.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(DocumentKey::kind).thenComparing(DocumentKey::name)))
                .map(entry -> status(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Of documents that are refused none is applied: what holds under their names is another cluster's. */
    private DocumentStatus status(DocumentKey key, DocumentProgress so) {
        var status = so.message(key);
        return refused && isOfCluster(key) && desired.documents().containsKey(key)
                ? status.toBuilder().setAppliedRevision(0).build()
                : status;
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
        State now;
        synchronized (this) {
            fresh = false;
            now = desired;
            orders.want(now.orders());
            progress.replaceAll((key, so) -> reopened.contains(key.kind()) ? so.reopened() : so);
            reopened.clear();
        }
        return converge(now);
    }

    private Outcome converge(State now) throws InterruptedException {
        Outcome all = goesDown ? Outcome.SETTLED : obey(now);
        if (all != Outcome.SETTLED || goesDown) {
            return all;
        }
        // On the disk may lie what another cluster has here.
        Outcome first = applyFirst(now);
        boolean isDiskThere = first == Outcome.SETTLED;
        if (isRefused(now, isDiskThere)) {
            return Outcome.FAILED;
        }
        all = goesDown ? first : first.and(removeOthers(now));
        if (!isDiskThere) {
            return all;
        }
        boolean earlierChanged = false;
        for (DocumentKey key : inOrder(now.documents().keySet())) {
            if (goesDown) {
                return Outcome.SETTLED;
            }
            DocumentApplier applier = appliers.get(key.kind());
            if (applier == null) {
                refuse(key, now);
                continue;
            }
            boolean before = isSettled(key, now);
            if (!before || earlierChanged) {
                Outcome one = apply(applier, key, now);
                earlierChanged |= one == Outcome.SETTLED && !before;
                all = all.and(one);
                if (one != Outcome.SETTLED && applier.comesFirst()) {
                    break;
                }
            }
        }
        if (all == Outcome.SETTLED && !goesDown) {
            appliers.values().forEach(DocumentApplier::settle);
        }
        return all;
    }

    /** Whether the documents are of another cluster than this node: then none of them is applied, and nothing is taken back. */
    private boolean isRefused(State now, boolean isDiskThere) {
        var keys = inOrder(now.documents().keySet()).stream()
                .filter(this::isOfCluster)
                .toList();
        var documents = keys.stream().map(now::document).toList();
        // A note that is made before the disk is there would be hidden by it.
        String said =
                (isDiskThere ? gate.enter(documents, now::secret) : gate.refusal(documents, now::secret)).orElse("");
        synchronized (this) {
            refused = !said.isEmpty();
        }
        if (said.isEmpty()) {
            return false;
        }
        boolean isNew = false;
        for (DocumentKey key : keys) {
            isNew |= note(key, so -> so.failed(now.document(key).getRevision(), said));
        }
        if (isNew) {
            LOG.warn("{}", said);
        }
        return true;
    }

    private boolean isOfCluster(DocumentKey key) {
        DocumentApplier applier = appliers.get(key.kind());
        return applier == null || applier.ofCluster();
    }

    private List<DocumentKey> inOrder(Iterable<DocumentKey> keys) {
        var kinds = List.copyOf(appliers.keySet());
        var sorted = new ArrayList<DocumentKey>();
        keys.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt((DocumentKey key) -> kinds.indexOf(key.kind()))
                .thenComparing(DocumentKey::kind)
                .thenComparing(DocumentKey::name));
        return sorted;
    }

    private synchronized boolean isSettled(DocumentKey key, State now) {
        DocumentProgress so = progress.getOrDefault(key, DocumentProgress.NEW);
        return so.settled()
                && so.secrets().entrySet().stream()
                        .allMatch(used ->
                                SecretPrint.of(now.secret(used.getKey())).equals(used.getValue()));
    }

    /** Trying again cannot help; a newer agent can. */
    private void refuse(DocumentKey key, State now) {
        note(
                key,
                so -> so.failed(
                        now.document(key).getRevision(),
                        "this agent has no documents of the kind " + key.kind() + "; it knows "
                                + String.join(", ", appliers.keySet())));
    }

    private Outcome apply(DocumentApplier applier, DocumentKey key, State now) throws InterruptedException {
        Document document = now.document(key);
        var input = new DocumentInput(document, now::secret);
        try {
            applier.apply(input);
            note(key, so -> so.succeeded(document, input.used()));
            return Outcome.SETTLED;
        } catch (InterruptedException ended) {
            throw ended;
        } catch (DocumentPendingException pending) {
            if (note(key, so -> so.pending(reason(pending)))) {
                LOG.info("{} {}", key, reason(pending));
            }
            return Outcome.PENDING;
        } catch (Exception failed) {
            if (note(key, so -> so.failed(document.getRevision(), reason(failed)))) {
                LOG.warn("{}, revision {}", key, document.getRevision(), failed);
            }
            return Outcome.FAILED;
        }
    }

    /** Carries an order out. What the node has on a disk must be there before anything can be said of it. */
    private Outcome obey(State now) throws InterruptedException {
        if (!orders.any()) {
            return Outcome.SETTLED;
        }
        var before = orders.statuses();
        Outcome outcome = applyFirst(now);
        if (outcome == Outcome.SETTLED && isOld(now)) {
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

    private synchronized boolean isOld(State now) {
        return !now.equals(desired);
    }

    private Outcome applyFirst(State now) throws InterruptedException {
        for (DocumentKey key : inOrder(now.documents().keySet())) {
            DocumentApplier applier = appliers.get(key.kind());
            if (applier != null && applier.comesFirst() && !isSettled(key, now)) {
                return apply(applier, key, now);
            }
        }
        return Outcome.SETTLED;
    }

    private Outcome leave(Order order, State now) throws InterruptedException, IOException {
        var declared = inOrder(now.documents().keySet()).stream()
                .filter(key -> whenAbsent(key) == Absence.KEPT)
                .map(DocumentKey::toString)
                .collect(Collectors.joining(", "));
        if (!declared.isEmpty()) {
            orders.refuse(order, "the server still declares " + declared + " of this node");
            return Outcome.SETTLED;
        }
        var gone = gone(now).stream().filter(this::isOfCluster).collect(Collectors.toCollection(HashSet::new));
        if (orders.hasState()) {
            appliers.values().stream()
                    .filter(applier -> applier.ofCluster() && applier.whenAbsent() != Absence.TAKEN_BACK)
                    .map(applier -> new DocumentKey(applier.kind(), "default"))
                    .filter(key -> !now.documents().containsKey(key))
                    .forEach(gone::add);
        }
        Outcome all = Outcome.SETTLED;
        for (DocumentKey key : inOrder(gone).reversed()) {
            all = all.and(remove(key));
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

    private synchronized List<DocumentKey> gone(State now) {
        return inOrder(progress.keySet().stream()
                        .filter(key -> !now.documents().containsKey(key))
                        .toList())
                .reversed();
    }

    private Absence whenAbsent(DocumentKey key) {
        DocumentApplier applier = appliers.get(key.kind());
        return applier == null ? Absence.TAKEN_BACK : applier.whenAbsent();
    }

    private Outcome removeOthers(State now) throws InterruptedException {
        List<DocumentKey> gone = gone(now);
        boolean others = Stream.concat(gone.stream(), now.documents().keySet().stream())
                .anyMatch(key -> whenAbsent(key) == Absence.KEPT);
        Outcome all = Outcome.SETTLED;
        for (DocumentKey key : gone) {
            Absence absence = whenAbsent(key);
            if (absence == Absence.KEPT || (absence == Absence.KEPT_FOR_OTHERS && others)) {
                keep(key);
            } else {
                all = all.and(remove(key));
            }
        }
        return all;
    }

    private void keep(DocumentKey key) {
        if (note(key, DocumentProgress::undeclared)) {
            LOG.warn("{} is {}", key, DocumentProgress.KEPT);
        }
    }

    private Outcome remove(DocumentKey key) throws InterruptedException {
        try {
            DocumentApplier applier = appliers.get(key.kind());
            if (applier != null) {
                applier.remove(key.name());
            }
            synchronized (this) {
                // It may have come back meanwhile; then its next pass starts from nothing.
                Document back = desired.documents().get(key);
                if (back != null) {
                    progress.put(key, DocumentProgress.NEW.wanted(back));
                } else {
                    progress.remove(key);
                }
            }
            LOG.info("{} is removed", key);
            changed.run();
            return Outcome.SETTLED;
        } catch (InterruptedException ended) {
            throw ended;
        } catch (DocumentPendingException pending) {
            note(key, so -> so.removalFailed(reason(pending)));
            return Outcome.PENDING;
        } catch (Exception failed) {
            if (note(key, so -> so.removalFailed(reason(failed)))) {
                LOG.warn("{} cannot be removed", key, failed);
            }
            return Outcome.FAILED;
        }
    }

    /** Whether the document's progress became another. */
    private boolean note(DocumentKey key, UnaryOperator<DocumentProgress> step) {
        synchronized (this) {
            DocumentProgress before = progress.getOrDefault(key, DocumentProgress.NEW);
            DocumentProgress after = step.apply(before);
            if (after.equals(before)) {
                return false;
            }
            progress.put(key, after);
            if (after.settled()) {
                LOG.info("{} is applied, revision {}", key, after.applied());
            }
        }
        changed.run();
        return true;
    }

    private static String reason(Exception failed) {
        String message = failed.getMessage();
        return message == null ? failed.toString() : message;
    }
}
