package dev.garboard.inventory;

/** The work was refused, because too much waits to be written already, or because the writer was closed. */
public final class QueueFullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public QueueFullException(String message) {
        super(message);
    }
}
