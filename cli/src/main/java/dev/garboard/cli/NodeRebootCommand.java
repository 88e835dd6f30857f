package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.RebootRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restarts a node. */
@Command(name = "reboot", description = "Restart the machine.")
final class NodeRebootCommand extends NodeCall {

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why; kept in the boot session.")
    private String reason;

    @Override
    void ask(NodeClient client) throws StatusException {
        var answer =
                soon(client).reboot(RebootRequest.newBuilder().setReason(reason).build());
        show(answer, _ -> out().println(machine() + " restarts"));
    }
}
