package dev.garboard.inventory;

/** There is no such resource. */
public final class ResourceMissingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ResourceMissingException(String message) {
        super(message);
    }
}
