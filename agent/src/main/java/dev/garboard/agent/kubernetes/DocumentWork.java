package dev.garboard.agent.kubernetes;

import dev.garboard.agent.kubernetes.DocumentEngine.Outcome;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies one document, or takes it back, and notes how that went. */
final class DocumentWork {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.documents");

    private final DocumentKinds kinds;
    private final DocumentTable table;

    DocumentWork(DocumentKinds kinds, DocumentTable table) {
        this.kinds = kinds;
        this.table = table;
    }

    /** Applies what holds all others until it is there. */
    Outcome applyFirst(DesiredState now) throws InterruptedException {
        for (DocumentKey key : kinds.inOrder(now.documents().keySet())) {
            DocumentApplier applier = kinds.applier(key);
            if (applier != null && applier.comesFirst() && !table.isSettled(key, now)) {
                return apply(applier, key, now);
            }
        }
        return Outcome.SETTLED;
    }

    Outcome apply(DocumentApplier applier, DocumentKey key, DesiredState now) throws InterruptedException {
        Document document = now.document(key);
        var input = new DocumentInput(document, now::secret);
        try {
            applier.apply(input);
            table.note(key, so -> so.succeeded(document, input.used()));
            return Outcome.SETTLED;
        } catch (InterruptedException ended) {
            throw ended;
        } catch (DocumentPendingException pending) {
            if (table.note(key, so -> so.pending(reason(pending)))) {
                LOG.info("{} {}", key, reason(pending));
            }
            return Outcome.PENDING;
        } catch (Exception failed) {
            if (table.note(key, so -> so.failed(document.getRevision(), reason(failed)))) {
                LOG.warn("{}, revision {}", key, document.getRevision(), failed);
            }
            return Outcome.FAILED;
        }
    }

    /** Trying again cannot help; a newer agent can. */
    void refuse(DocumentKey key, DesiredState now) {
        table.note(
                key,
                so -> so.failed(
                        now.document(key).getRevision(),
                        "this agent has no documents of the kind " + key.kind() + "; it knows " + kinds.names()));
    }

    /** It stays, for want of an order. */
    void keep(DocumentKey key) {
        if (table.note(key, DocumentProgress::undeclared)) {
            LOG.warn("{} is {}", key, DocumentProgress.KEPT);
        }
    }

    /** Takes it back. */
    Outcome remove(DocumentKey key) throws InterruptedException {
        try {
            DocumentApplier applier = kinds.applier(key);
            if (applier != null) {
                applier.remove(key.name());
            }
            table.removed(key);
            return Outcome.SETTLED;
        } catch (InterruptedException ended) {
            throw ended;
        } catch (DocumentPendingException pending) {
            table.note(key, so -> so.removalFailed(reason(pending)));
            return Outcome.PENDING;
        } catch (Exception failed) {
            if (table.note(key, so -> so.removalFailed(reason(failed)))) {
                LOG.warn("{} cannot be removed", key, failed);
            }
            return Outcome.FAILED;
        }
    }

    private static String reason(Exception failed) {
        String message = failed.getMessage();
        return message == null ? failed.toString() : message;
    }
}
