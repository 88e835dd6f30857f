package dev.garboard.nodeconfig;

import java.util.Objects;

/** A node document that cannot be used; the message names the document, the field's path, what was found and what was expected. */
public final class DocumentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DocumentException(String message) {
        super(message);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
