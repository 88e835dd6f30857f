package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import io.grpc.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The log of a node's service. */
@Command(name = "logs", description = "Show the log of one service.")
final class NodeLogsCommand extends NodeCall {

    @Parameters(
            paramLabel = "SERVICE",
            arity = "0..1",
            defaultValue = "agent",
            description = "A name from `services` (default: ${DEFAULT-VALUE}).")
    private String service;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes.")
    private boolean follow;

    @Option(
            names = "--tail",
            paramLabel = "N",
            description = "Begin with the last N lines (default: all that are kept).")
    private int tail;

    @Override
    void ask(NodeClient client) throws StatusException, InterruptedException {
        var request = LogsRequest.newBuilder()
                .setService(service)
                .setFollow(follow)
                .setTail(tail)
                .build();
        follow(client.api().logs(request), this::print);
    }

    private void print(LogLine line) {
        if (line.getLost() > 0) {
            out().println("... " + line.getLost() + " lines were lost");
        }
        var time = line.hasTime() ? instant(line.getTime()).toString() : "-";
        out().printf("%s %-5s %s%n", time, Terminal.logLine(line.getLevel()), Terminal.logLine(line.getText()));
    }
}
