package dev.garboard.nodeconfig.merge;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One field that differs.
 *
 * @param path as in {@link Provenance}
 * @param former null when the field is new
 * @param now null when the field is gone
 */
public record FieldChange(
        String path, @Nullable JsonNode former, @Nullable JsonNode now) {

    /** For example {@code spec.mtu: 1500 -> 9000}, {@code spec.mtu: + 9000} or {@code spec.mtu: - 1500}. */
    @Override
    public String toString() {
        if (former == null) {
            return path + ": + " + text(now);
        }
        return now == null ? path + ": - " + text(former) : path + ": " + text(former) + " -> " + text(now);
    }

    private static String text(@Nullable JsonNode value) {
        return value == null ? "" : CanonicalJson.text(value);
    }
}
