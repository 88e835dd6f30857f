package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.OneOf;
import org.jspecify.annotations.Nullable;

/**
 * That the node runs containerd.
 *
 * @param logLevel of containerd; null leaves its own default
 */
public record ContainerRuntime(
        @Nullable @OneOf({"trace", "debug", "info", "warn", "error", "fatal", "panic"})
        String logLevel) implements NodeDocument {

    public static final String KIND = "ContainerRuntime";

    @Override
    public String kind() {
        return KIND;
    }
}
