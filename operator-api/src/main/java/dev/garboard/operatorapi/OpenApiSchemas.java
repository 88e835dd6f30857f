package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.NoStatus;
import dev.garboard.nodeconfig.binding.Spelling;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON schemas of the kinds, made from their records, so that they cannot say anything else than what is read. */
final class OpenApiSchemas {

    static final String EXTENSION = "x-kubernetes-group-version-kind";

    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "Machine", "One physical machine: what is declared of it, and what was observed.",
            "Image", "An imported, verified node image. Written by the import only.",
            "EnrollmentRule", "Which unknown machines are accepted or rejected without a person.",
            "Subnet", "One network with an address pool that this server leases from.",
            "Lease", "Read-only view of a DHCP lease.",
            "BootSession", "Read-only timeline of one boot.",
            "Cluster", "One Kubernetes cluster of machines that its selectors choose.",
            "NodeConfig",
                    "Configuration documents (node.garboard.dev/v1alpha1) for the machines that its selector chooses;"
                            + " merged by key, a higher priority wins.");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private OpenApiSchemas() {}

    static String name(Kind<?, ?> kind) {
        return "dev.garboard." + Kind.VERSION + "." + kind.name();
    }

    static ObjectNode of(Kind<?, ?> kind) {
        var schema = NODES.objectNode();
        schema.put("type", "object").put("description", DESCRIPTIONS.getOrDefault(kind.name(), kind.name()));
        var properties = schema.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("type", "object");
        properties.set("spec", record(kind.spec()));
        if (kind.status() != NoStatus.class) {
            properties.set("status", record(kind.status()));
        }
        schema.set(EXTENSION, NODES.arrayNode().add(groupVersionKind(kind)));
        return schema;
    }

    static ObjectNode groupVersionKind(Kind<?, ?> kind) {
        return NODES.objectNode()
                .put("group", Kind.GROUP)
                .put("kind", kind.name())
                .put("version", Kind.VERSION);
    }

    private static ObjectNode record(Class<?> type) {
        var schema = NODES.objectNode();
        schema.put("type", "object");
        var properties = schema.putObject("properties");
        for (var component : type.getRecordComponents()) {
            properties.set(component.getName(), of(component.getGenericType()));
        }
        return schema;
    }

    private static ObjectNode of(Type type) {
        if (type instanceof ParameterizedType collection) {
            var arguments = collection.getActualTypeArguments();
            var schema = NODES.objectNode();
            if (arguments.length == 1) {
                schema.put("type", "array").set("items", of(arguments[0]));
            } else {
                schema.put("type", "object").set("additionalProperties", of(arguments[1]));
            }
            return schema;
        }
        var plain = (Class<?>) type;
        return plain.isRecord() ? record(plain) : scalar(plain);
    }

    private static ObjectNode scalar(Class<?> type) {
        var schema = NODES.objectNode();
        if (type == Object.class) {
            // Anything at all: facts are kept as the machine gave them.
            return schema.put("x-kubernetes-preserve-unknown-fields", true);
        }
        if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        }
        if (type == int.class || type == Integer.class) {
            return schema.put("type", "integer").put("format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return schema.put("type", "integer").put("format", "int64");
        }
        schema.put("type", "string");
        if (type == Instant.class) {
            schema.put("format", "date-time");
        } else if (type.isEnum()) {
            var values = schema.putArray("enum");
            for (var constant : type.getEnumConstants()) {
                values.add(Spelling.of((Enum<?>) constant));
            }
        }
        return schema;
    }
}
