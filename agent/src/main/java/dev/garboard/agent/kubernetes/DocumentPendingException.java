package dev.garboard.agent.kubernetes;

/** A document cannot be applied yet; the message says what it waits for. Not a failure: it is tried again. */
public final class DocumentPendingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The document waits for what the message names. */
    public DocumentPendingException(String waitsFor) {
        super(waitsFor);
    }
}
