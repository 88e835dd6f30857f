package dev.garboard.tftp;

/** The TFTP port could not be opened; the message says what, why and the remedy. */
public final class TftpBindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TftpBindException(String message) {
        super(message);
    }

    TftpBindException(String message, Throwable cause) {
        super(message, cause);
    }
}
