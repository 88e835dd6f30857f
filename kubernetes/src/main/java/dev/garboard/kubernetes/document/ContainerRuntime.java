package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.NodeDocument;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * That the node runs containerd.
 *
 * @param logLevel of containerd; null leaves its own default
 */
public record ContainerRuntime(@Nullable String logLevel) implements NodeDocument {

    public static final String KIND = "ContainerRuntime";

    private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error", "fatal", "panic");

    @Override
    public String kind() {
        return KIND;
    }

    static ContainerRuntime read(Fields spec) {
        return new ContainerRuntime(spec.valueOrNull("logLevel", ContainerRuntime::level));
    }

    private static String level(String text) {
        if (!LEVELS.contains(text)) {
            throw new IllegalArgumentException("one of " + String.join(", ", LEVELS));
        }
        return text;
    }

    @Override
    public void write(ObjectNode spec) {
        if (logLevel != null) {
            spec.put("logLevel", logLevel);
        }
    }
}
