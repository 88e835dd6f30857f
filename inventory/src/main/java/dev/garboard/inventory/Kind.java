package dev.garboard.inventory;

import java.util.List;

/**
 * One kind of resource in group {@code garboard.dev}, version {@code v1alpha1}.
 *
 * @param name for example {@code Machine}
 * @param plural the path segment, for example {@code machines}
 * @param shortNames what kubectl accepts besides
 * @param spec record type of the spec
 * @param status record type of the status
 * @param readOnly true when only Garboard itself writes it (leases, boot sessions)
 */
public record Kind<S extends Record, T extends Record>(
        String name,
        String plural,
        String singular,
        List<String> shortNames,
        Class<S> spec,
        Class<T> status,
        boolean readOnly) {

    public static final String GROUP = "garboard.dev";
    public static final String VERSION = "v1alpha1";

    public Kind {
        shortNames = List.copyOf(shortNames);
    }
}
