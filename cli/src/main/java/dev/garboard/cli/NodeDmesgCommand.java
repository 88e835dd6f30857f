package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.DmesgRequest;
import io.grpc.StatusException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The kernel log of a node. */
@Command(name = "dmesg", description = "Show the kernel log.")
final class NodeDmesgCommand extends NodeCall {

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes.")
    private boolean follow;

    @Override
    void ask(NodeClient client) throws StatusException, InterruptedException {
        follow(
                client.api().dmesg(DmesgRequest.newBuilder().setFollow(follow).build()),
                line -> Terminal.printf(
                        out(),
                        Locale.ROOT,
                        "[%12.6f] %s%n",
                        line.getUptime().getSeconds() + line.getUptime().getNanos() / 1e9,
                        line.getText()));
    }
}
