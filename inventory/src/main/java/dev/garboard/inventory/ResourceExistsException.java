package dev.garboard.inventory;

/** The name is taken by a resource of the same kind. */
public final class ResourceExistsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ResourceExistsException(String message) {
        super(message);
    }
}
