package dev.garboard.kubernetes.bundle;

import java.util.Objects;

/** A bundle, or the input of one, that is not taken. Each reason is its own, so that a person knows what happened to it. */
public final class BundleRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The input has no checksum file, or one that cannot be read. */
        NO_CHECKSUMS,
        /** A file has other bytes than its checksum, or has none. */
        WRONG_DIGEST,
        /** A file is shorter or longer than the manifest says. */
        WRONG_SIZE,
        /** A component that must be there is not. */
        MISSING_COMPONENT,
        /** Two files claim to be the same component. */
        AMBIGUOUS_COMPONENT,
        /** A component is no program, or one of another project. */
        NOT_THE_PROGRAM,
        /** A component is for another processor. */
        WRONG_ARCHITECTURE,
        /** A component's version cannot be told. */
        VERSION_UNKNOWN,
        /** The versions do not go together, or Garboard does not know them. */
        UNSUPPORTED_VERSION,
        /** An archive cannot be unpacked. */
        ARCHIVE_UNREADABLE,
        /** The manifest is not JSON of the expected shape. */
        MANIFEST_UNREADABLE,
        /** The manifest has a format that this version does not know. */
        UNSUPPORTED_FORMAT,
        /** The signature is not a CMS signature. */
        SIGNATURE_UNREADABLE,
        /** Signed, but by another key. */
        WRONG_KEY,
        /** Signed by the right key, but not this manifest. */
        MANIFEST_CHANGED
    }

    private final Reason reason;

    public BundleRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public BundleRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong, for conditions, counters and tests. */
    public Reason reason() {
        return reason;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
