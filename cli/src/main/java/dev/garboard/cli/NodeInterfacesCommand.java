package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.InterfacesRequest;
import dev.garboard.agentapi.v1.InterfacesResponse;
import io.grpc.StatusException;
import java.util.List;
import picocli.CommandLine.Command;

/** The network of a node. */
@Command(name = "interfaces", description = "Show network interfaces, addresses, leases, routes and resolvers.")
final class NodeInterfacesCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(soon(client).interfaces(InterfacesRequest.getDefaultInstance()), this::print);
    }

    private void print(InterfacesResponse answer) {
        TextTable.print(
                out(),
                List.of("Name", "State", "Link", "MAC", "MTU", "Addresses", "Lease"),
                answer.getInterfacesList().stream()
                        .map(card -> List.of(
                                card.getName(),
                                card.getUp() ? "up" : "down",
                                card.getLink() ? "yes" : "no",
                                card.getMac(),
                                Integer.toString(card.getMtu()),
                                String.join(",", card.getAddressesList()),
                                card.hasLease()
                                        ? "from " + card.getLease().getServer() + " until "
                                                + instant(card.getLease().getExpiresAt())
                                        : "-"))
                        .toList());
        for (var route : answer.getRoutesList()) {
            line(
                    "Route",
                    route.getDestination()
                            + (route.getGateway().isEmpty() ? "" : " via " + route.getGateway())
                            + " on " + route.getInterface());
        }
        line("Resolvers", String.join(", ", answer.getResolversList()));
    }
}
