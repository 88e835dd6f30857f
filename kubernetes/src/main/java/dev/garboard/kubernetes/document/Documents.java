package dev.garboard.kubernetes.document;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads node documents from JSON, refusing what is unknown, missing or contradictory, and writes them. */
public final class Documents {

    /** The only version so far. */
    public static final String API_VERSION = "node.garboard.dev/v1alpha1";

    /** The kinds that a node understands, in the order in which it applies them. */
    public static final List<String> KINDS = List.of(
            StateDisk.KIND,
            KubernetesBundle.KIND,
            RegistryMirror.KIND,
            ContainerRuntime.KIND,
            Cni.KIND,
            Etcd.KIND,
            ControlPlane.KIND,
            Kubelet.KIND,
            StagedBundle.KIND);

    private static final int LARGEST = 256 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Documents() {}

    /**
     * Reads one document.
     *
     * @param label kind and name as the sender gave them, for example {@code Kubelet/default}; the content must agree
     * @throws DocumentException when anything is wrong
     */
    public static NodeDocument parse(String label, byte[] content) {
        if (content.length > LARGEST) {
            throw new DocumentException(
                    label + ": the document has " + content.length + " bytes, at most " + LARGEST + " are allowed");
        }
        var document = new Fields(label, "", object(label, content));
        document.oneOf("apiVersion", List.of(API_VERSION));
        var kind = document.oneOf("kind", KINDS);
        var metadata = document.object("metadata");
        var name = metadata.text("name");
        metadata.refuseOthers();
        if (!label.equals(kind + "/" + name)) {
            throw new DocumentException(label + ": the document calls itself " + kind + "/" + name);
        }
        var spec = document.object("spec");
        document.refuseOthers();
        var read = read(kind, name, spec);
        if (!read.name().equals(name)) {
            throw new DocumentException(
                    label + ": metadata.name: found \"" + name + "\", expected \"" + read.name() + "\"");
        }
        spec.refuseOthers();
        return read;
    }

    private static NodeDocument read(String kind, String name, Fields spec) {
        return switch (kind) {
            case StateDisk.KIND -> StateDisk.read(spec);
            case KubernetesBundle.KIND -> KubernetesBundle.read(spec);
            case ContainerRuntime.KIND -> ContainerRuntime.read(spec);
            case RegistryMirror.KIND -> RegistryMirror.read(name, spec);
            case Cni.KIND -> Cni.read(spec);
            case Kubelet.KIND -> Kubelet.read(spec);
            case Etcd.KIND -> Etcd.read(spec);
            case ControlPlane.KIND -> ControlPlane.read(spec);
            case StagedBundle.KIND -> StagedBundle.read(spec);
            default -> throw new IllegalStateException("kind " + kind + " is listed but has no reader");
        };
    }

    /** The document as JSON; the same document gives the same bytes. */
    public static byte[] render(NodeDocument document) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("apiVersion", API_VERSION);
        json.put("kind", document.kind());
        json.putObject("metadata").put("name", document.name());
        document.write(json.putObject("spec"));
        return JSON.writeValueAsBytes(json);
    }

    /** Kind and name, for example {@code Kubelet/default}. */
    public static String label(NodeDocument document) {
        return document.kind() + "/" + document.name();
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
