package dev.garboard.dhcp.server;

import org.jspecify.annotations.Nullable;

/** The server cannot listen: the message says what, why, and what helps. */
public final class DhcpBindException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DhcpBindException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
