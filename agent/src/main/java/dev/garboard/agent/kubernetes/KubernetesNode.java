package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Everything that makes the node part of a cluster. Made when the first documents arrive: a node without any never loads
 * these classes.
 */
public final class KubernetesNode {

    /** Stage-0 puts it there out of the signed initramfs. */
    private static final Path RELEASE_CERTIFICATE = Path.of("/run/garboard/release.crt");

    private final DocumentEngine engine;

    /** What of the node the appliers work with. */
    public record Parts(Children children, Supervisor supervisor, ServiceTable services, RandomGenerator random) {}

    /**
     * Assembles the appliers, in the order in which their kinds are applied, and starts the engine.
     *
     * @param changed called when the status of a document has changed
     */
    public KubernetesNode(Parts parts, Runnable changed) {
        var shelf = new BundleShelf();
        var tools = new ProgramCall(parts.children(), List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        List<DocumentApplier> appliers = List.of(
                new BundleApplier(parts.services(), shelf, RELEASE_CERTIFICATE),
                new RegistryMirrorApplier(),
                new ContainerRuntimeApplier(parts, shelf),
                new CniApplier(tools),
                new KubeletApplier(parts, shelf));
        var service = parts.services().add("documents", "Brings the node to its documents");
        engine = new DocumentEngine(service, appliers, parts.random(), changed);
        parts.supervisor().start(service, engine);
    }

    /** The documents and secrets that the server wants from now on. */
    public void want(List<Document> documents, Map<String, ByteString> secrets) {
        engine.want(documents, secrets);
    }

    /** How far the node is with each document. */
    public List<DocumentStatus> statuses() {
        return engine.statuses();
    }

    /** Ends everything, quickly: the node goes down. */
    public void shutDown() {
        engine.shutDown();
    }
}
