package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.TimeRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;

/** The clock of a node. */
@Command(name = "time", description = "Show the node's clock and how it is kept.")
final class NodeTimeCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(soon(client).time(TimeRequest.getDefaultInstance()), answer -> {
            line("Time", instant(answer.getTime()));
            line("Server", answer.getServer());
            line("Synchronized", answer.getSynchronized() ? "yes" : "no");
            line("Kept", answer.getMessage());
            line("Offset", answer.hasOffset() ? milliseconds(answer.getOffset()) : "");
            line("Last answer", answer.hasSynchronizedAt() ? instant(answer.getSynchronizedAt()) : "");
        });
    }
}
