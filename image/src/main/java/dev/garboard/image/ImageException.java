package dev.garboard.image;

/** An image that cannot be built, read or stored; the message says what was found, what was expected and a remedy. */
public final class ImageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
