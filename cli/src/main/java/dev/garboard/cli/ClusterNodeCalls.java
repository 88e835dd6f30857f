package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import io.grpc.StatusException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Questions to the control planes of a cluster, each through the server. */
final class ClusterNodeCalls {

    private static final int PATIENCE_SECONDS = 15;

    private final Kubeconfig site;

    ClusterNodeCalls(Kubeconfig site) {
        this.site = site;
    }

    /** A question to one node. */
    interface Question<A> {
        A ask(KubernetesServiceBlockingV2Stub node) throws StatusException, InterruptedException;
    }

    /** Control planes that are members, the ready ones first. */
    static List<ClusterStatus.Node> controlPlanes(ClusterStatus status) {
        return status.nodes().stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .sorted(Comparator.comparing(node -> !node.ready()))
                .toList();
    }

    /**
     * Asks one machine.
     *
     * @throws CommandException with what it or the server said against it
     */
    <A> A ask(String machine, Question<A> question) {
        try (var client = NodeClient.through(site.nodeApi(), machine, site.identity(), site.siteCa())) {
            try {
                return question.ask(client.kubernetes().withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
            } catch (StatusException failed) {
                throw new CommandException(ExitCode.FAILED, machine + ": " + client.explain(failed), failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandException(ExitCode.FAILED, "interrupted", interrupted);
            }
        }
    }
}
