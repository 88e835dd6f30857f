package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.Service;
import dev.garboard.agentapi.v1.ServiceListRequest;
import io.grpc.StatusException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** The services of a node. */
@Command(name = "services", description = "List the agent's services with state and health.")
final class NodeServicesCommand extends NodeCall {

    @Override
    void ask(NodeClient client) throws StatusException {
        show(
                soon(client).serviceList(ServiceListRequest.getDefaultInstance()),
                answer -> TextTable.print(
                        out(),
                        List.of("Name", "State", "Health", "Since", "Restarts", "Memory", "CPU", "Message"),
                        answer.getServicesList().stream()
                                .map(service -> List.of(
                                        service.getName(),
                                        service.getState()
                                                .name()
                                                .substring("STATE_".length())
                                                .toLowerCase(Locale.ROOT),
                                        service.getHealthy() ? "healthy" : "unhealthy",
                                        service.hasSince()
                                                ? instant(service.getSince()).toString()
                                                : "-",
                                        Integer.toString(service.getRestarts()),
                                        service.hasMemoryBytes() ? Quantity.memory(service.getMemoryBytes()) : "-",
                                        service.hasCpuTime() ? Quantity.seconds(service.getCpuTime()) : "-",
                                        message(service)))
                                .toList()));
    }

    /** How it is now, or what was wrong last time. */
    private static String message(Service service) {
        return service.getMessage().isEmpty() && service.hasLastFailureAt()
                ? "last failure " + instant(service.getLastFailureAt()) + ": " + service.getLastFailure()
                : service.getMessage();
    }
}
