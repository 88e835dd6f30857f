package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;

/** The kernel refused a call; the message names the call, its object and the error. */
public final class SystemCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /** A call that failed with the errno of {@code cause}. */
    public SystemCallException(String call, LastErrorException cause) {
        super(call + ": " + cause.getMessage(), cause);
        this.errno = cause.getErrorCode();
    }

    /** A call that failed with {@code errno}. */
    public SystemCallException(String call, int errno) {
        super(call + ": errno " + errno);
        this.errno = errno;
    }

    /** The error number of errno(3). */
    public int errno() {
        return errno;
    }
}
