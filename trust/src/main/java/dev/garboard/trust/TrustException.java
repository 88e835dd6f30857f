package dev.garboard.trust;

import java.util.Objects;

/** A key or certificate that cannot be used; the message names the file or field, what was found, what was expected and a remedy. */
public final class TrustException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TrustException(String message) {
        super(message);
    }

    public TrustException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
