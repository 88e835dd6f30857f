package dev.garboard.nodeconfig;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads node documents of certain kinds from JSON, refusing what is unknown, missing or contradictory. */
public final class DocumentReader {

    private static final int LARGEST = 256 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Map<String, SpecReader> kinds;

    /**
     * Reads documents of these kinds.
     *
     * @param kinds by name, for example {@code Kubelet}
     */
    public DocumentReader(Map<String, SpecReader> kinds) {
        this.kinds = new TreeMap<>(kinds);
    }

    /** Makes a document of one kind of its name and its {@code spec}. */
    public interface SpecReader {

        /**
         * Reads it.
         *
         * @param name {@code metadata.name}; of a kind of which a node has one the document made is called {@code default} whatever this is
         */
        NodeDocument read(String name, Fields spec);
    }

    /** The kinds that it reads. */
    public Set<String> kinds() {
        return Set.copyOf(kinds.keySet());
    }

    /**
     * Reads one document.
     *
     * @param label kind and name as the sender gave them, for example {@code Kubelet/default}; the content must agree
     * @throws DocumentException when anything is wrong
     */
    public NodeDocument parse(String label, byte[] content) {
        if (content.length > LARGEST) {
            throw new DocumentException(
                    label + ": the document has " + content.length + " bytes, at most " + LARGEST + " are allowed");
        }
        return parse(label, object(label, content));
    }

    /**
     * Reads one document that was parsed before.
     *
     * @param label as for the bytes of a document
     * @throws DocumentException when anything is wrong
     */
    public NodeDocument parse(String label, ObjectNode content) {
        var document = new Fields(label, "", content);
        document.oneOf("apiVersion", List.of(Documents.API_VERSION));
        var kind = document.oneOf("kind", List.copyOf(kinds.keySet()));
        var metadata = document.object("metadata");
        var name = metadata.text("name");
        metadata.refuseOthers();
        if (!label.equals(kind + "/" + name)) {
            throw new DocumentException(label + ": the document calls itself " + kind + "/" + name);
        }
        var spec = document.object("spec");
        document.refuseOthers();
        var reader = kinds.get(kind);
        if (reader == null) {
            throw new IllegalStateException("kind " + kind + " has no reader");
        }
        var read = reader.read(name, spec);
        if (!read.name().equals(name)) {
            throw new DocumentException(
                    label + ": metadata.name: found \"" + name + "\", expected \"" + read.name() + "\"");
        }
        spec.refuseOthers();
        return read;
    }

    private static ObjectNode object(String label, byte[] content) {
        try {
            JsonNode json = JSON.readTree(content);
            if (json instanceof ObjectNode object) {
                return object;
            }
            throw new DocumentException(label + ": the document is not a JSON object");
        } catch (JacksonException malformed) {
            throw new DocumentException(label + ": the document is not JSON: " + malformed.getOriginalMessage());
        }
    }
}
