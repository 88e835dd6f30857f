package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import java.util.Map;

/**
 * How far the node is with one document.
 *
 * @param desired revision that the server wants; 0 when it is to be removed
 * @param applied last revision that holds; 0 when none
 * @param failed last revision that could not be applied; 0 when none
 * @param message why it failed, or what it waits for
 * @param secrets what the applied revision asked for, with prints of the values
 * @param settled whether there is nothing more to do for it
 */
record DocumentProgress(
        long desired, long applied, long failed, String message, Map<String, String> secrets, boolean settled) {

    DocumentProgress {
        secrets = Map.copyOf(secrets);
    }

    /** Nothing has been tried yet. */
    static final DocumentProgress NEW = new DocumentProgress(0, 0, 0, "", Map.of(), false);

    /** The server wants this revision. */
    DocumentProgress wanted(long revision) {
        return new DocumentProgress(revision, applied, failed, message, secrets, settled && revision == applied);
    }

    /** This revision holds; the server may want another one meanwhile. */
    DocumentProgress succeeded(long revision, Map<String, String> usedSecrets) {
        return new DocumentProgress(desired, revision, 0, "", usedSecrets, revision == desired);
    }

    /** It is to be applied again. */
    DocumentProgress reopened() {
        return new DocumentProgress(desired, applied, failed, message, secrets, false);
    }

    /** This revision could not be applied. */
    DocumentProgress failed(long revision, String why) {
        return new DocumentProgress(desired, applied, revision, why, secrets, false);
    }

    /** The desired revision cannot be applied yet. */
    DocumentProgress pending(String waitsFor) {
        return new DocumentProgress(desired, applied, 0, waitsFor, secrets, false);
    }

    /** The document is gone from the desired state; its effect could not be taken back. */
    DocumentProgress removalFailed(String why) {
        return new DocumentProgress(0, applied, applied, why, secrets, false);
    }

    DocumentStatus message(DocumentKey key) {
        return DocumentStatus.newBuilder()
                .setKind(key.kind())
                .setName(key.name())
                .setDesiredRevision(desired)
                .setAppliedRevision(applied)
                .setFailedRevision(failed)
                .setMessage(message)
                .build();
    }
}
