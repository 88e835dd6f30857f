package dev.garboard.inventory;

/** The stored resource has another version than the change was made from. */
public final class ResourceConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ResourceConflictException(String message) {
        super(message);
    }
}
