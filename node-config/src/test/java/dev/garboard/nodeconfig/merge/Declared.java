package dev.garboard.nodeconfig.merge;

import dev.garboard.nodeconfig.ListRule;
import dev.garboard.nodeconfig.ListRules;
import dev.garboard.nodeconfig.MergeRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Layers as a test writes them: one line each, {@code name priority: spec}, all of the document {@code Doc/default}. JSON needs no quotes around keys, and single ones around texts. */
final class Declared {

    static final DocumentId DOC = new DocumentId("Doc", "default");

    /** Of the kind Doc. */
    static final MergeRules RULES = new MergeRules(Map.of(
            "Doc",
            ListRules.DEFAULT
                    .with("rules", new ListRule.Keyed("id"))
                    .with("rules[].ports", new ListRule.Union())
                    .with("peers.*.routes", new ListRule.Keyed("to"))
                    .with("steps", new ListRule.Whole())
                    .with("modules", new ListRule.Union())));

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();

    private Declared() {}

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    static ObjectNode document(String label, String spec) {
        var document =
                (ObjectNode) json("{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'Doc', metadata: {name: 'x'}}");
        document.put("kind", label.substring(0, label.indexOf('/')));
        document.putObject("metadata").put("name", label.substring(label.indexOf('/') + 1));
        if (spec.equals("remove")) {
            document.put("$remove", true);
        } else {
            document.set("spec", json(spec));
        }
        return document;
    }

    static List<Layer> layers(String lines) {
        var layers = new ArrayList<Layer>();
        for (var line : lines.lines().toList()) {
            var head = line.substring(0, line.indexOf(':')).strip().split(" ", 2);
            layers.add(new Layer(
                    head[0],
                    Integer.parseInt(head[1]),
                    List.of(document(
                            DOC.toString(),
                            line.substring(line.indexOf(':') + 1).strip()))));
        }
        return layers;
    }

    static Effective merge(String lines) {
        return Merge.of(layers(lines), RULES);
    }
}
