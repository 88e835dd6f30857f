package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.NodePaths;
import java.nio.file.Path;

/**
 * Where a control-plane node keeps its files.
 *
 * @param pki certificates and keys, made anew at each boot
 * @param manifests what the kubelet reads static pods from
 * @param etcd the member's data and what belongs to it, kept when there is a disk
 */
public record ControlPlanePaths(Path pki, Path manifests, Path etcd) {

    /** Those of a node. */
    public static ControlPlanePaths ofNode() {
        return new ControlPlanePaths(NodePaths.RUN.resolve("pki"), NodePaths.MANIFESTS, Path.of("/var/lib/etcd"));
    }

    Path etcdData() {
        return etcd.resolve("data");
    }
}
