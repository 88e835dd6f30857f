package dev.garboard.operatorapi;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON Merge Patch (RFC 7396). */
final class MergePatch {

    private MergePatch() {}

    /** The target with the patch applied; neither argument is changed. */
    static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        var result = target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        changes.forEachEntry((field, change) -> {
            if (change.isNull()) {
                result.remove(field);
            } else {
                var before = result.get(field);
                result.set(field, apply(before == null ? JsonNodeFactory.instance.objectNode() : before, change));
            }
        });
        return result;
    }
}
