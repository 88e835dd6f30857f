package dev.garboard.nodeconfig.binding;

import java.io.Serializable;

/**
 * One thing that is wrong with what was declared.
 *
 * @param path of the field, for example {@code spec.identity.macs[0]}; empty when it is the whole
 * @param message what was found and what was expected
 */
public record Problem(Sort sort, String path, String message) implements Serializable {

    /** What programs make of it. */
    public enum Sort {
        /** The value is not one that may be there. */
        WRONG,
        /** There has to be a value. */
        MISSING,
        /** There is no such field. */
        UNKNOWN
    }

    /** As people read it. */
    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
