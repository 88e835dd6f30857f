package dev.garboard.inventory;

/** A text that is no document; the message begins with the line and the column. */
public final class MalformedTextException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedTextException(String message) {
        super(message);
    }
}
