package dev.garboard.agent.api;

import dev.garboard.agent.linux.Cgroup.Usage;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import java.util.Optional;

/** Services with what they use: programs by their control groups, the agent by its own process, which all of its parts share. */
final class ServiceUsage {

    private static final String AGENT = "agent";

    private ServiceUsage() {}

    static dev.garboard.agentapi.v1.Service message(Service service) {
        Optional<Usage> usage = service.name().equals(AGENT)
                ? Optional.of(new Usage(Kernel.residentBytes(), Kernel.cpuTime()))
                : service.program().flatMap(Program::usage);
        return ServiceMessages.withUsage(service, usage);
    }
}
