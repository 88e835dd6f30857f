package dev.garboard.agent.kubernetes.controlplane;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Objects of Kubernetes written as JSON with gaps, each of the form {@code ${name}}. */
final class Manifest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private Manifest() {}

    /** Fills the gaps, within quotes, and reads the object. */
    static ObjectNode of(String template, Map<String, String> values) {
        var text = template;
        for (var value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", escaped(value.getValue()));
        }
        int gap = text.indexOf("${");
        if (gap >= 0) {
            throw new IllegalStateException("no value for " + text.substring(gap, text.indexOf('}', gap) + 1));
        }
        return (ObjectNode) JSON.readTree(text);
    }

    static ObjectNode of(String json) {
        return of(json, Map.of());
    }

    /** The object as text for a file. */
    static String text(ObjectNode object) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
    }

    private static String escaped(String value) {
        var quoted = JSON.writeValueAsString(value);
        return quoted.substring(1, quoted.length() - 1);
    }
}
