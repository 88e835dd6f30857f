package dev.garboard.agent.kubernetes;

/**
 * Brings the documents of one kind into effect. Called by one thread, one document after the other; both methods may block,
 * and both must give the same result when they are called again.
 */
public interface DocumentApplier extends AutoCloseable {

    /** The kind of document, as {@code Kubelet}. */
    String kind();

    /**
     * Makes the node be what the document says. Called for a new revision, when a secret that the document asked for last
     * time has changed, when a document of an earlier kind has changed, and after a failure.
     *
     * @throws DocumentPendingException when something must happen elsewhere first
     * @throws Exception any other means failed, with its message for the operator; it is tried again after a while
     */
    void apply(DocumentInput input) throws Exception;

    /** Whether no document of a later kind may be applied before this one's is; asked after an attempt that did not succeed. */
    default boolean comesFirst() {
        return false;
    }

    /** Whether its documents are part of a cluster: these are not applied to a node that has a part in another one. */
    default boolean ofCluster() {
        return true;
    }

    /** What becomes of the effect when the document is no longer declared, and no order says that the node leaves. */
    default Absence whenAbsent() {
        return Absence.TAKEN_BACK;
    }

    /**
     * Takes the effect of the document of that name back. Also asked by an order to leave when nothing was applied in this boot: what lies
     * on a disk goes too.
     */
    void remove(String name) throws Exception;

    /** All documents are applied: what only the former state needed can go. */
    default void settle() {}

    /** The node goes down: ends what runs, quickly, and leaves the state on disk as it is. */
    @Override
    default void close() {}
}
