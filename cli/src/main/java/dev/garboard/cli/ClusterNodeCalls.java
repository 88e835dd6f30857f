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

/** Questions to the control planes of a cluster. */
final class ClusterNodeCalls {

    private static final int PATIENCE_SECONDS = 15;

    private final Connector connector;

    /** Each through the server. */
    ClusterNodeCalls(Kubeconfig site) {
        this(machine -> NodeClient.through(site.nodeApi(), machine, site.identity(), site.siteCa()));
    }

    ClusterNodeCalls(Connector connector) {
        this.connector = connector;
    }

    /** The way to a machine. */
    interface Connector {
        NodeClient open(String machine);
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
     * Asks one machine after the other until one answers.
     *
     * @throws CommandException with what the last one said against it
     */
    <A> A askFirst(List<String> nodes, Question<A> question) {
        return askFirst(nodes, PATIENCE_SECONDS, question);
    }

    /** The same for a question that may take longer. */
    <A> A askFirst(List<String> nodes, int seconds, Question<A> question) {
        var last = new CommandException(ExitCode.FAILED, "there is no control plane that could be asked");
        for (var node : nodes) {
            try {
                return ask(node, seconds, question);
            } catch (CommandException refused) {
                last = refused;
            }
        }
        throw last;
    }

    /**
     * Asks one machine.
     *
     * @throws CommandException with what it or the server said against it
     */
    <A> A ask(String machine, Question<A> question) {
        return ask(machine, PATIENCE_SECONDS, question);
    }

    /** The same for a question that may take longer. */
    <A> A ask(String machine, int seconds, Question<A> question) {
        try (var client = connector.open(machine)) {
            try {
                return question.ask(client.kubernetes().withDeadlineAfter(seconds, TimeUnit.SECONDS));
            } catch (StatusException failed) {
                throw new CommandException(ExitCode.FAILED, machine + ": " + client.explain(failed), failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandException(ExitCode.FAILED, "interrupted", interrupted);
            }
        }
    }
}
