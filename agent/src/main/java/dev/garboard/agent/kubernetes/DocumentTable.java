package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wanted of the node, and how far it is with each document. Asked and told by any thread. */
final class DocumentTable {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");

    private final DocumentKinds kinds;
    private final Runnable changed;
    private final Map<DocumentKey, DocumentProgress> progress = new HashMap<>();
    private final Set<String> reopened = new HashSet<>();
    private DesiredState desired = DesiredState.NOTHING;
    private boolean refused;

    /**
     * An empty one.
     *
     * @param changed called when the status of a document has changed
     */
    DocumentTable(DocumentKinds kinds, Runnable changed) {
        this.kinds = kinds;
        this.changed = changed;
    }

    /** Replaces the desired state. */
    synchronized void want(DesiredState state) {
        desired = state;
        state.documents()
                .forEach((key, document) -> progress.put(
                        key, progress.getOrDefault(key, DocumentProgress.NEW).wanted(document)));
    }

    /** Documents of these kinds are to be applied again. Noted only here: a pass that runs now may settle them once more. */
    synchronized void reopen(Collection<String> again) {
        reopened.addAll(again);
    }

    /** The desired state for a pass that begins. */
    synchronized DesiredState begin() {
        progress.replaceAll((key, so) -> reopened.contains(key.kind()) ? so.reopened() : so);
        reopened.clear();
        return desired;
    }

    /** Whether something else is wanted by now. */
    synchronized boolean isOld(DesiredState state) {
        return !state.equals(desired);
    }

    /** Notes whether the documents are of another cluster than the node. */
    synchronized void refuse(boolean all) {
        refused = all;
    }

    synchronized boolean isSettled(DocumentKey key, DesiredState now) {
        DocumentProgress so = progress.getOrDefault(key, DocumentProgress.NEW);
        return so.settled()
                && so.secrets().entrySet().stream()
                        .allMatch(used ->
                                SecretPrint.of(now.secret(used.getKey())).equals(used.getValue()));
    }

    /** What the node has and is not wanted, the last kind first. */
    synchronized List<DocumentKey> gone(DesiredState now) {
        return kinds.inOrder(progress.keySet().stream()
                        .filter(key -> !now.documents().containsKey(key))
                        .toList())
                .reversed();
    }

    /** Whether the document's progress became another. */
    boolean note(DocumentKey key, UnaryOperator<DocumentProgress> step) {
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

    /** The document was taken back. It may have come back meanwhile; then its next pass starts from nothing. */
    void removed(DocumentKey key) {
        synchronized (this) {
            var back = desired.documents().get(key);
            if (back != null) {
                progress.put(key, DocumentProgress.NEW.wanted(back));
            } else {
                progress.remove(key);
            }
        }
        LOG.info("{} is removed", key);
        changed.run();
    }

    /** How far the node is with each document. */
    synchronized List<DocumentStatus> statuses() {
        return progress.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(DocumentKey::kind).thenComparing(DocumentKey::name)))
                .map(entry -> status(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Of documents that are refused none is applied: what holds under their names is another cluster's. */
    private DocumentStatus status(DocumentKey key, DocumentProgress so) {
        var status = so.message(key);
        return refused && kinds.isOfCluster(key) && desired.documents().containsKey(key)
                ? status.toBuilder().setAppliedRevision(0).build()
                : status;
    }
}
