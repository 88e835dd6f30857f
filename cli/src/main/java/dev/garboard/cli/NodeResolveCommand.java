package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ResolveRequest;
import dev.garboard.agentapi.v1.ResolveResponse;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A DNS lookup made on a node. */
@Command(
        name = "resolve",
        description = {
            "Make a DNS lookup on the node.",
            "Ends with 0 when there are records, 3 when there are none, 5 when no server answered, and 1 when one"
                    + " answered with another error."
        })
final class NodeResolveCommand extends NodeCall {

    @Parameters(paramLabel = "NAME", description = "The host name.")
    private String name;

    @Option(
            names = {"-t", "--type"},
            paramLabel = "TYPE",
            defaultValue = "A",
            description = "A, AAAA, SRV and so on (default: ${DEFAULT-VALUE}).")
    private String type;

    @Option(names = "--server", paramLabel = "ADDRESS", description = "Ask this server, not the node's own resolvers.")
    private @Nullable String server;

    @Override
    void ask(NodeClient client) throws StatusException {
        var request = ResolveRequest.newBuilder().setName(name).setType(type);
        if (server != null) {
            request.setServer(server);
        }
        var found = soon(client).resolve(request.build());
        show(found, answer -> {
            answer.getRecordsList()
                    .forEach(record -> Terminal.printf(
                            out(),
                            "%s %d %s %s%n",
                            record.getName(),
                            record.getTtl(),
                            record.getType(),
                            record.getData()));
            Terminal.printf(
                    out(),
                    "%s from %s in %s%n",
                    answer.getRcode(),
                    answer.getServer(),
                    milliseconds(answer.getDuration()));
        });
        out().flush();
        requireRecords(found);
    }

    /** A script that waits for a name has to know whether it is there. */
    private void requireRecords(ResolveResponse found) {
        String what = name + " " + type + ": ";
        switch (found.getRcode()) {
            case "NOERROR" -> {
                if (found.getRecordsCount() == 0) {
                    throw new CommandException(
                            ExitCode.NOT_FOUND, what + found.getServer() + " knows the name and no such record of it");
                }
            }
            case "NXDOMAIN" ->
                throw new CommandException(
                        ExitCode.NOT_FOUND, what + found.getServer() + " says that there is no such name");
            case "TIMEOUT" ->
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        what + "no server answered, " + found.getServer()
                                + " the last; see `garboard node MACHINE interfaces` for its network");
            default ->
                throw new CommandException(ExitCode.FAILED, what + found.getServer() + " answered " + found.getRcode());
        }
    }
}
