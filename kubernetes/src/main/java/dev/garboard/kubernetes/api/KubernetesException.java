package dev.garboard.kubernetes.api;

import java.util.Objects;

/** A request that the API server refused, or that did not reach it. */
public final class KubernetesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** {@link #code} when no answer came. */
    public static final int UNREACHABLE = 0;

    private final int code;
    private final String reason;

    KubernetesException(int code, String reason, String message) {
        super(message);
        this.code = code;
        this.reason = reason;
    }

    /** No answer came. */
    public KubernetesException(String message, Throwable cause) {
        super(message, cause);
        this.code = UNREACHABLE;
        this.reason = "Unreachable";
    }

    /** The HTTP status, or {@link #UNREACHABLE}. */
    public int code() {
        return code;
    }

    /** Kubernetes' word for it, for example {@code AlreadyExists}; empty when it gave none. */
    public String reason() {
        return reason;
    }

    /** Whether the object is not there. */
    public boolean isNotFound() {
        return code == 404;
    }

    /** Whether the object is there already, or was changed by somebody else in the meantime. */
    public boolean isConflict() {
        return code == 409;
    }

    /** Whether the same request may succeed later: no answer, too many requests, or the server's own trouble. */
    public boolean isTransient() {
        return code == UNREACHABLE || code == 429 || code >= 500;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
