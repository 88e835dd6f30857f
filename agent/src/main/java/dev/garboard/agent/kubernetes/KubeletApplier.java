package dev.garboard.agent.kubernetes;

import dev.garboard.agent.kubernetes.containers.PodShutdown;
import dev.garboard.agent.linux.Cgroups;
import dev.garboard.agent.linux.Mounts;
import dev.garboard.agent.linux.ProcessTable;
import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.Service;
import dev.garboard.kubernetes.document.Kubelet;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code Kubelet}: the kubelet as a service, and the balancer through which it reaches the API servers. */
final class KubeletApplier implements DocumentApplier {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.shutdown");
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int ANSWER_MILLIS = 2000;
    private static final URI HEALTH = URI.create("http://127.0.0.1:10248/healthz");

    private final NodeParts parts;
    private final BundleShelf shelf;
    private final KubeletCredentials credentials = new KubeletCredentials();
    private @Nullable Service service;
    private @Nullable Program program;
    private @Nullable Service balancerService;
    private @Nullable ApiBalancer balancer;
    private String running = "";

    KubeletApplier(NodeParts parts, BundleShelf shelf) {
        this.parts = parts;
        this.shelf = shelf;
    }

    @Override
    public String kind() {
        return Kubelet.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var document = input.as(Kubelet.class);
        var bundle = shelf.require();
        balance(document);
        Files.createDirectories(NodePaths.MANIFESTS);
        Files.createDirectories(NodePaths.KUBELET);
        if (program != null
                && !running.equals(bundle.name())
                && !FormerPods.of(NodePaths.MANIFESTS, bundle).isEmpty()) {
            // It may not become newer than the API server, and would end the former one in its own, slower way.
            throw new DocumentPendingException("waits until the control plane has left its former bundle");
        }
        String joins = credentials.prepare(document, input);
        String config = KubeletConfig.text(document, bundle.version(), Cgroups.isVersion2());
        ConfigFile.write(NodePaths.KUBELET_CONFIG, config);
        run(document, bundle, config + joins);
        if (service != null && !service.status().healthy()) {
            throw new DocumentPendingException(
                    "waits for the kubelet: " + service.status().message());
        }
    }

    private void balance(Kubelet document) throws IOException {
        if (balancer == null) {
            balancerService =
                    parts.services().add("api-balancer", "Leads this node's programs to an API server that answers");
            balancer = ApiBalancer.start(ApiBalancer.ADDRESS, balancerService);
        }
        balancer.use(document.apiServers(), document.nodeIp());
    }

    /** Ends the kubelet of another bundle; it is started from the one in use when its document is applied. */
    void endUnlessOf(MountedBundle inUse) throws InterruptedException {
        if (program != null && !running.equals(inUse.name())) {
            program.stop();
        }
    }

    private void run(Kubelet document, MountedBundle bundle, String version) throws InterruptedException {
        if (program == null) {
            service = parts.services().add("kubelet", "Runs the pods that the cluster assigns to this node");
            program = new Program(service, parts.children(), parts.supervisor(), GRACE, KubeletApplier::isHealthy);
        }
        program.start(new Program.Command(
                List.of(
                        bundle.program("kubelet").toString(),
                        "--config=" + NodePaths.KUBELET_CONFIG,
                        "--kubeconfig=" + NodePaths.KUBELET_KUBECONFIG,
                        "--cert-dir=" + NodePaths.KUBELET_PKI,
                        "--root-dir=" + NodePaths.KUBELET,
                        "--hostname-override=" + document.nodeName(),
                        "--node-ip=" + document.nodeIp().getHostAddress()),
                bundle.environment(),
                version));
        running = bundle.name();
    }

    private static void isHealthy() throws IOException {
        var connection = (HttpURLConnection) HEALTH.toURL().openConnection();
        connection.setConnectTimeout(ANSWER_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        try {
            int status = connection.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                byte[] body = connection.getErrorStream() == null
                        ? new byte[0]
                        : connection.getErrorStream().readNBytes(500);
                throw new IOException(
                        "its health check says " + status + ": " + new String(body, StandardCharsets.UTF_8).strip());
            }
        } finally {
            connection.disconnect();
        }
    }

    @Override
    public void remove(String name) throws Exception {
        if (program != null) {
            program.stop();
            program = null;
        }
        if (balancer != null) {
            balancer.close();
            balancer = null;
        }
        ProcessTable.killAll(process -> process.inCgroup("kubepods"));
        Mounts.detachBelow(NodePaths.KUBELET);
        credentials.forget();
        Files.deleteIfExists(NodePaths.KUBELET_CONFIG);
        Trees.empty(NodePaths.KUBELET);
        for (Service each : new Service[] {service, balancerService}) {
            if (each != null) {
                parts.services().remove(each);
            }
        }
        service = null;
        balancerService = null;
    }

    /** Pods end before anything that they need; the kubelet would start them again, so it ends first. */
    @Override
    public void close() {
        try {
            if (program != null) {
                LOG.info("the kubelet is ended, then the pods");
                program.stop();
                PodShutdown.of(NodePaths.CONTAINERD_SOCKET).run();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (balancer != null) {
            balancer.close();
        }
    }
}
