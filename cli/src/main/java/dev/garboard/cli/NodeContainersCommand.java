package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ContainersRequest;
import dev.garboard.agentapi.v1.NodeContainer;
import io.grpc.StatusException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** The containers of a node. */
@Command(
        name = "containers",
        description =
                "List the containers of pods, those that have ended too, as containerd has them: also while the cluster's API does not answer.")
final class NodeContainersCommand extends NodeCall {

    private static final int SHORT_ID = 12;
    private static final int PATIENCE_SECONDS = 30;

    @Override
    void ask(NodeClient client) throws StatusException {
        show(
                client.containers()
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .containers(ContainersRequest.getDefaultInstance()),
                answer -> TextTable.print(
                        out(),
                        List.of("Container", "State", "Restarts", "Started", "PID", "Memory", "CPU", "Image", "ID"),
                        answer.getContainersList().stream()
                                .map(NodeContainersCommand::row)
                                .toList()));
    }

    private static List<String> row(NodeContainer container) {
        return List.of(
                container.getPodNamespace() + "/" + container.getPod() + "/" + container.getName(),
                state(container),
                Integer.toUnsignedString(container.getRestarts()),
                container.hasStartedAt() ? instant(container.getStartedAt()).toString() : "-",
                container.getPid() == 0 ? "-" : Integer.toUnsignedString(container.getPid()),
                container.hasMemoryBytes() ? Quantity.memory(container.getMemoryBytes()) : "-",
                container.hasCpuTime() ? Quantity.seconds(container.getCpuTime()) : "-",
                container.getImage(),
                container
                        .getId()
                        .substring(0, Math.min(SHORT_ID, container.getId().length())));
    }

    private static String state(NodeContainer container) {
        var state = container.getState().name().substring("STATE_".length()).toLowerCase(Locale.ROOT);
        return container.getState() == NodeContainer.State.STATE_EXITED
                ? state + " " + container.getExitCode()
                        + (container.getReason().isEmpty() ? "" : " (" + container.getReason() + ")")
                : state;
    }
}
