package dev.garboard.nodeconfig.merge;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Where a field's value comes from.
 *
 * @param layers that said it with the strength that counted, by name; mostly one
 * @param value {@code null} of JSON when the field was taken away; not to be changed
 * @param overrode what other layers had said, strongest first
 */
public record Origin(List<String> layers, JsonNode value, List<Claim> overrode) {

    public Origin {
        layers = List.copyOf(layers);
        overrode = List.copyOf(overrode);
    }

    /** The first of the layers that said it. */
    public String layer() {
        return layers.getFirst();
    }

    /** Whether the field was taken away. */
    public boolean removed() {
        return value.isNull();
    }
}
