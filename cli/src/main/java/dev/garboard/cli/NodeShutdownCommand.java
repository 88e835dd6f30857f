package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ShutdownRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Powers a node off. */
@Command(name = "shutdown", description = "Power the machine off.")
final class NodeShutdownCommand extends NodeCall {

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why; kept in the boot session.")
    private String reason;

    @Override
    void ask(NodeClient client) throws StatusException {
        var answer = soon(client)
                .shutdown(ShutdownRequest.newBuilder().setReason(reason).build());
        show(answer, _ -> out().println(machine() + " powers off"));
    }
}
