package dev.garboard.nodeconfig.merge;

import tools.jackson.databind.JsonNode;

/**
 * What one layer says about one place of a document.
 *
 * @param value {@code null} of JSON when the layer takes away what weaker ones said; not to be changed
 */
public record Claim(String layer, int priority, JsonNode value) {

    /** Whether the layer takes away what weaker ones said. */
    public boolean removes() {
        return value.isNull();
    }

    /** For example {@code NodeConfig/rack-7 says 9000}. */
    @Override
    public String toString() {
        return layer + (removes() ? " removes it" : " says " + CanonicalJson.text(value));
    }
}
