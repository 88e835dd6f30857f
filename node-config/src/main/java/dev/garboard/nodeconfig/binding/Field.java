package dev.garboard.nodeconfig.binding;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What one component of a record has to do with the fields of an object. */
interface Field {

    /** The fields that are the component's. */
    List<String> names();

    /**
     * The component's value.
     *
     * @param meant fields that are there under mistyped names, of which enough was said already
     */
    @Nullable
    Object read(JsonNode object, Place at, Map<String, ?> given, Set<String> meant);

    void write(Record record, ObjectNode object);
}
