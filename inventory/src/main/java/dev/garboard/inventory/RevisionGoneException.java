package dev.garboard.inventory;

/** Changes after that revision are no longer kept. */
public final class RevisionGoneException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RevisionGoneException(String message) {
        super(message);
    }
}
