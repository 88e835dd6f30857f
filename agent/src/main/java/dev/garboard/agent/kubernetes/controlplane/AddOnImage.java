package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.NodePaths;
import dev.garboard.kubernetes.KubernetesVersion;
import java.util.Map;

/**
 * What the add-ons run: during an upgrade the nodes of a cluster have different bundles, and each runs the programs of its own. So the
 * image and the path are those of the bundle in use, and the version is only noted, so that pods are replaced when it changes.
 */
record AddOnImage(KubernetesVersion version) {

    /** The tag that every node gives to the base image of its bundle in use. */
    private static final String IMAGE = "garboard.dev/base:current";

    Map<String, String> values() {
        return Map.of(
                "image", IMAGE,
                "programs", NodePaths.BUNDLE.resolve("bin").toString(),
                "version", version.toString());
    }
}
