package dev.garboard.httpboot;

/** The boot server's port could not be opened; the message says what, why and the remedy. */
public final class BootHttpBindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BootHttpBindException(String message, Throwable cause) {
        super(message, cause);
    }
}
