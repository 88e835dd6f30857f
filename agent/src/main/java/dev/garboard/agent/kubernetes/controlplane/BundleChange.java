package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.BeforeChange;
import dev.garboard.agent.kubernetes.FormerPods;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeAppliers.FormerKubelet;
import dev.garboard.agent.linux.ProcessTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a control plane leaves one bundle for another. A manifest that is changed in place costs the API some 17 seconds, because the kubelet
 * looks only every ten whether the former pod has ended; a kubelet of another minor version then replaces every static pod once more, the
 * new ones before the former have left their ports; and one whose containerd was started again does nothing for five seconds. So the former
 * pods are taken away first, while everything that ends them still runs, then the former kubelet is ended, and only then come the next
 * containerd, etcd and kubelet, which finds only what it is to start: the API is away once, for as long as its programs take to end and to
 * start.
 */
public final class BundleChange implements BeforeChange {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.control-plane");
    /** Their grace is three seconds. */
    private static final Duration PODS_END = Duration.ofSeconds(20);

    private static final long LOOK_EVERY_MILLIS = 50;
    /** As the kernel cuts their names. */
    private static final Set<String> PROGRAMS = Set.of("kube-apiserver", "kube-controller", "kube-scheduler");

    private final Path manifests;
    private final FormerKubelet kubelet;

    /** For the static pods whose manifests lie there. */
    public BundleChange(Path manifests, FormerKubelet kubelet) {
        this.manifests = manifests;
        this.kubelet = kubelet;
    }

    /** Ends static pods of another bundle, and their kubelet with them; returns at once when there are none. */
    @Override
    public void leaveFormer(MountedBundle inUse) throws IOException, InterruptedException {
        var former = FormerPods.of(manifests, inUse);
        if (former.isEmpty()) {
            return;
        }
        long begun = System.nanoTime();
        for (Path manifest : former) {
            Files.delete(manifest);
        }
        boolean ended = await(PODS_END, BundleChange::haveEnded);
        kubelet.endUnlessOf(inUse);
        LOG.info(
                "{} static pods of the former bundle {} after {} ms",
                former.size(),
                ended ? "ended" : "still run, and are left to the next kubelet,",
                (System.nanoTime() - begun) / 1_000_000);
    }

    /** An API server closes its port at once, but holds on to etcd, which then needs seven seconds to end. */
    private static boolean haveEnded() {
        try {
            return ProcessTable.all().stream().noneMatch(process -> PROGRAMS.contains(process.program()));
        } catch (IOException unreadable) {
            LOG.warn("whether the former programs have ended cannot be seen: {}", unreadable.getMessage());
            return true;
        }
    }

    private static boolean await(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        return true;
    }
}
