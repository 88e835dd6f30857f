package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ContainerLogLine;
import dev.garboard.agentapi.v1.ContainerLogsRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a container of a node wrote. */
@Command(
        name = "container-logs",
        description =
                "Show what a container wrote, both streams, as the kubelet keeps it: also while the cluster's API does not answer.")
final class NodeContainerLogsCommand extends NodeCall {

    @Parameters(
            paramLabel = "CONTAINER",
            description = "NAMESPACE/POD/NAME from `containers`, POD/NAME, NAME, or the first digits of an id.")
    private String container;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until the container ends.")
    private boolean follow;

    @Option(
            names = "--tail",
            paramLabel = "N",
            description = "Begin with the last N lines (default: all of the present file, which has up to 10 MiB).")
    private int tail;

    @Option(
            names = {"-p", "--previous"},
            description = "Of the last attempt that has ended: why the container had to be started again.")
    private boolean previous;

    @Option(names = "--timestamps", description = "With the time at which each line was written.")
    private boolean timestamps;

    /** The stream of a line that goes on; empty between lines. */
    private String unfinished = "";

    @Override
    void ask(NodeClient client) throws StatusException, InterruptedException {
        var request = ContainerLogsRequest.newBuilder()
                .setContainer(container)
                .setFollow(follow)
                .setTail(tail)
                .setPrevious(previous)
                .build();
        follow(client.containers().containerLogs(request), this::print);
    }

    private void print(ContainerLogLine line) {
        var begins = unfinished.isEmpty();
        if (!begins && !unfinished.equals(line.getStream())) {
            out().println();
            begins = true;
        }
        if (timestamps && begins) {
            out().print((line.hasTime() ? instant(line.getTime()) : "-") + " ");
        }
        out().print(Terminal.logLine(line.getText()));
        unfinished = line.getPartial() ? line.getStream() : "";
        if (!line.getPartial()) {
            out().println();
        }
    }
}
