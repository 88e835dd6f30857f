package dev.garboard.tftp;

/** A datagram that is not a TFTP packet; the message says what was found and what was expected. */
public final class MalformedTftpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what was found and what was expected. */
    public MalformedTftpException(String message) {
        super(message);
    }
}
