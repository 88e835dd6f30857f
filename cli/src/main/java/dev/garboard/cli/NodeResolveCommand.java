package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ResolveRequest;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A DNS lookup made on a node. */
@Command(name = "resolve", description = "Make a DNS lookup on the node.")
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
        show(soon(client).resolve(request.build()), answer -> {
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
    }
}
