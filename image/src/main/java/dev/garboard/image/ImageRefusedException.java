package dev.garboard.image;

/** An image that does not verify. Each reason is its own, so that a person knows what happened to the image. */
public final class ImageRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with an image. */
    public enum Reason {
        /** A file that must be there is not. */
        MISSING_FILE,
        /** A file is shorter or longer than the manifest says. */
        WRONG_SIZE,
        /** A file has the right size and other bytes. */
        WRONG_DIGEST,
        /** The manifest is not JSON of the expected shape. */
        MANIFEST_UNREADABLE,
        /** The manifest has a format that this version does not know. */
        UNSUPPORTED_FORMAT,
        /** The signature file is not a CMS signature. */
        SIGNATURE_UNREADABLE,
        /** Signed, but by another key. */
        WRONG_KEY,
        /** Signed by the right key, but not this manifest. */
        MANIFEST_CHANGED,
        /** The parts are whole but do not belong together. */
        INCONSISTENT
    }

    private final Reason reason;

    public ImageRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ImageRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong, for counters and tests. */
    public Reason reason() {
        return reason;
    }
}
