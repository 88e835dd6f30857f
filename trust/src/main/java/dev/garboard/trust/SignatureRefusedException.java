package dev.garboard.trust;

import java.util.Objects;

/** A detached signature that does not verify. */
public final class SignatureRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The signature is not a CMS signature by one signer. */
        UNREADABLE,
        /** Signed, but by another key. */
        WRONG_KEY,
        /** Signed by the right key, but not this content. */
        CONTENT_CHANGED
    }

    private final Reason reason;

    SignatureRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    SignatureRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong, for those who give it a name of their own. */
    public Reason reason() {
        return reason;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
