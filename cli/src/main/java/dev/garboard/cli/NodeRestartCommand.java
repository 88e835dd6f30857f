package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ServiceRestartRequest;
import io.grpc.StatusException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts a program of a node again. */
@Command(
        name = "restart",
        description =
                "Start a program of the node again (containerd, kubelet, etcd) and wait until it works. Containers go on meanwhile.")
final class NodeRestartCommand extends NodeCall {

    /** Longer than the node waits itself. */
    private static final int PATIENCE_SECONDS = 120;

    @Parameters(paramLabel = "SERVICE", description = "A name from `services`.")
    private String service;

    @Override
    void ask(NodeClient client) throws StatusException {
        var answer = client.api()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .serviceRestart(
                        ServiceRestartRequest.newBuilder().setService(service).build());
        show(
                answer,
                done -> Terminal.println(
                        out(),
                        service + " runs again on " + machine() + " after " + Quantity.seconds(done.getDuration())));
    }
}
