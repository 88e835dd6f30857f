package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Capabilities;
import dev.garboard.agent.linux.Cgroup;
import dev.garboard.agent.linux.Cgroups;
import dev.garboard.agent.linux.Mounts;
import dev.garboard.agent.linux.ProcessTable;
import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.Service;
import dev.garboard.kubernetes.document.ContainerRuntime;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code ContainerRuntime}: containerd as a service, with the images that the bundle carries. */
final class ContainerRuntimeApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.shutdown");
    private static final String SHIMS = "shims";
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final NodeParts parts;
    private final BundleShelf shelf;
    private final NodeKernel kernel;
    private final BeforeChange before;
    private @Nullable Service service;
    private @Nullable Program program;
    private String imported = "";

    ContainerRuntimeApplier(NodeParts parts, BundleShelf shelf, NodeKernel kernel, BeforeChange before) {
        this.parts = parts;
        this.shelf = shelf;
        this.kernel = kernel;
        this.before = before;
    }

    @Override
    public String kind() {
        return ContainerRuntime.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT_FOR_OTHERS;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var document = input.as(ContainerRuntime.class);
        var bundle = shelf.require();
        if (program == null) {
            kernel.await();
            Mounts.shareAll();
            Cgroups.delegateControllers();
            service = parts.services().add("containerd", "Runs the containers");
            program =
                    new Program(service, parts.children(), parts.supervisor(), GRACE, ContainerRuntimeApplier::answers);
        }
        // Made anew each time: the shims' group must be there before a container is.
        String shims = parts.children().group(SHIMS).map(Cgroup::path).orElse("");
        String config = ContainerdConfig.text(document, bundle, Capabilities.hasSysResource(), shims);
        ConfigFile.write(NodePaths.CONTAINERD_CONFIG, config);
        Files.createDirectories(NodePaths.REGISTRIES);
        Files.createDirectories(NodePaths.CNI);
        Files.createDirectories(NodePaths.CNI_PLUGINS);
        before.leaveFormer(bundle);
        program.start(new Program.Command(
                List.of(bundle.program("containerd").toString(), "--config", NodePaths.CONTAINERD_CONFIG.toString()),
                bundle.environment(),
                config));
        if (service != null && !service.status().healthy()) {
            throw new DocumentPendingException(
                    "waits for containerd: " + service.status().message());
        }
        importImages(bundle);
    }

    private static void answers() throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(NodePaths.CONTAINERD_SOCKET));
        } catch (IOException absent) {
            throw new IOException(NodePaths.CONTAINERD_SOCKET + " does not answer: " + absent.getMessage(), absent);
        }
    }

    private void importImages(MountedBundle bundle) throws IOException, InterruptedException {
        if (imported.equals(bundle.name())) {
            return;
        }
        new BundleImages(parts.children(), bundle).bringCurrent();
        imported = bundle.name();
    }

    /** Containers outlive containerd by design; without it nobody would ever end them. */
    private void endAll() throws IOException, InterruptedException {
        if (program != null) {
            program.stop();
        }
        ProcessTable.killAll(process -> process.program().equals("containerd-shim") || process.inCgroup("kubepods"));
        Mounts.detachBelow(Path.of("/run/containerd"));
        Mounts.detachBelow(Path.of("/run/netns"));
    }

    /** The pods were asked to end before, by whoever runs them. */
    @Override
    public void close() {
        if (program == null) {
            return;
        }
        try {
            endAll();
        } catch (IOException stuck) {
            LOG.warn("{}", stuck.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void remove(String name) throws Exception {
        endAll();
        program = null;
        imported = "";
        Files.deleteIfExists(NodePaths.CONTAINERD_CONFIG);
        // What its containers wrote belongs to the cluster that the node leaves.
        Trees.empty(NodePaths.CONTAINERD);
        Trees.empty(NodePaths.CNI);
        Trees.empty(NodePaths.CNI_PLUGINS);
        if (service != null) {
            parts.services().remove(service);
            service = null;
        }
    }
}
