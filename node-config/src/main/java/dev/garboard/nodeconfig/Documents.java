package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Binder;
import dev.garboard.nodeconfig.binding.StrictJson;
import tools.jackson.databind.node.JsonNodeFactory;

/** Writes node documents. */
public final class Documents {

    /** The only version so far. */
    public static final String API_VERSION = "node.garboard.dev/v1alpha1";

    private Documents() {}

    /** The document as JSON; the same document gives the same bytes. */
    public static byte[] render(NodeDocument document) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("apiVersion", API_VERSION);
        json.put("kind", document.kind());
        json.putObject("metadata").put("name", document.name());
        json.set("spec", Binder.write((Record) document));
        return StrictJson.bytes(json);
    }

    /** Kind and name, for example {@code Kubelet/default}. */
    public static String label(NodeDocument document) {
        return document.kind() + "/" + document.name();
    }
}
