package dev.garboard.agent.kubernetes;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The appliers that every node of a cluster has, control plane or not, in the order in which their kinds are applied.
 *
 * @param first what a control plane needs before its own
 * @param last what comes after a control plane's own
 * @param disk of the node's data, which one of them sees to
 */
public record NodeAppliers(List<DocumentApplier> first, List<DocumentApplier> last, UsedDisk disk) {

    /** Stage-0 puts it there out of the signed initramfs. */
    private static final Path RELEASE_CERTIFICATE = Path.of("/run/garboard/release.crt");

    /** Ends the kubelet of another bundle; it is started again by its own document. */
    @FunctionalInterface
    public interface FormerKubelet {
        /** Does nothing to a kubelet of the bundle that is in use. */
        void endUnlessOf(MountedBundle inUse) throws InterruptedException;
    }

    public NodeAppliers {
        first = List.copyOf(first);
        last = List.copyOf(last);
    }

    /**
     * Makes them, and starts the watch over the node's disk.
     *
     * @param change makes what a bundle's change needs, from the kubelet that the former bundle runs
     */
    public static NodeAppliers of(NodeParts parts, BundleShelf shelf, Function<FormerKubelet, BeforeChange> change) {
        var kernel = new NodeKernel();
        var tools = new ProgramCall(parts.children(), List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        var kubelet = new KubeletApplier(parts, shelf);
        var fetch = new BundleFetch(RELEASE_CERTIFICATE);
        var watch =
                parts.services().add("disk", "Watches that the node's data has room and its programs are undamaged");
        parts.supervisor().start(watch, DiskWatch.ofNode(watch));
        var disk = new StateDiskApplier(tools, shelf, parts.disks());
        return new NodeAppliers(
                List.of(
                        disk,
                        new BundleApplier(parts.services(), shelf, fetch),
                        new RegistryMirrorApplier(),
                        new ContainerRuntimeApplier(parts, shelf, kernel, change.apply(kubelet::endUnlessOf)),
                        new CniApplier(tools, kernel)),
                // The very last one keeps none of the others waiting.
                List.of(kubelet, new StagedBundleApplier(parts.children(), shelf, fetch)),
                disk);
    }
}
