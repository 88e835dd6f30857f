package dev.garboard.fleet.cluster;

/** Keys that cannot be opened; the message names the file and the remedy, and no secret. */
public final class SealingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SealingException(String message) {
        super(message);
    }
}
