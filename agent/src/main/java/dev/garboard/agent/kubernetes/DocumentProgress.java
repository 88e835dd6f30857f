package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
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
 * @param content of the applied revision: a server whose database is an older copy may give the same number to another content
 * @param kept whether it is no longer declared, and stays for want of an order
 */
record DocumentProgress(
        long desired,
        long applied,
        long failed,
        String message,
        Map<String, String> secrets,
        boolean settled,
        ByteString content,
        boolean kept) {

    static final String KEPT = "kept: the server no longer declares it, and there is no order to leave";

    DocumentProgress {
        secrets = Map.copyOf(secrets);
    }

    /** Nothing has been tried yet. */
    static final DocumentProgress NEW = new DocumentProgress(0, 0, 0, "", Map.of(), false, ByteString.EMPTY, false);

    /** The server wants this. */
    DocumentProgress wanted(Document document) {
        return new DocumentProgress(
                document.getRevision(),
                applied,
                failed,
                kept ? "" : message,
                secrets,
                settled
                        && document.getRevision() == applied
                        && document.getContent().equals(content),
                content,
                false);
    }

    /** This revision holds; the server may want another one meanwhile. */
    DocumentProgress succeeded(Document document, Map<String, String> usedSecrets) {
        return new DocumentProgress(
                desired,
                document.getRevision(),
                0,
                "",
                usedSecrets,
                document.getRevision() == desired,
                document.getContent(),
                kept);
    }

    /** It is to be applied again. */
    DocumentProgress reopened() {
        return new DocumentProgress(desired, applied, failed, message, secrets, false, content, kept);
    }

    /** This revision could not be applied. */
    DocumentProgress failed(long revision, String why) {
        return new DocumentProgress(desired, applied, revision, why, secrets, false, content, kept);
    }

    /** The desired revision cannot be applied yet. */
    DocumentProgress pending(String waitsFor) {
        return new DocumentProgress(desired, applied, 0, waitsFor, secrets, false, content, kept);
    }

    /** The document is gone from the desired state; its effect could not be taken back. */
    DocumentProgress removalFailed(String why) {
        return new DocumentProgress(0, applied, applied, why, secrets, false, content, false);
    }

    /** The document is gone from the desired state; its effect stays. */
    DocumentProgress undeclared() {
        return new DocumentProgress(0, applied, 0, KEPT, secrets, false, content, true);
    }

    DocumentStatus message(DocumentKey key) {
        return DocumentStatus.newBuilder()
                .setKind(key.kind())
                .setName(key.name())
                .setDesiredRevision(desired)
                .setAppliedRevision(applied)
                .setFailedRevision(failed)
                .setMessage(message)
                .setKept(kept)
                .build();
    }
}
