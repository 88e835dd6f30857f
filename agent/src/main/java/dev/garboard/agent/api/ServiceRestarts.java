package dev.garboard.agent.api;

import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.ServiceStatus;
import dev.garboard.agent.supervision.ServiceStatus.State;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.NearNames;
import dev.garboard.agentapi.v1.ServiceRestartResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts programs of the node again on request, and waits until they do what they are for. */
final class ServiceRestarts {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");

    /** etcd with a large database and a kubelet under emulation take tens of seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 50;

    private final ServiceTable services;
    private final Duration patience;

    ServiceRestarts(ServiceTable services) {
        this(services, PATIENCE);
    }

    ServiceRestarts(ServiceTable services, Duration patience) {
        this.services = services;
        this.patience = patience;
    }

    /**
     * Starts a service again.
     *
     * @throws StatusRuntimeException when that is refused, or when it does not come back
     */
    ServiceRestartResponse restart(String name, String who) throws InterruptedException {
        Service service = services.find(name).orElseThrow(() -> unknown(name));
        Program program = service.program().orElseThrow(() -> partOfTheAgent(name));
        LOG.info("restart of {} asked by {}", name, who);
        long start = System.nanoTime();
        if (!program.restart()) {
            ServiceStatus now = service.status();
            throw Status.FAILED_PRECONDITION
                    .withDescription(name + " is not to run now: " + describe(now)
                            + "; `garboard machine show MACHINE` shows what its document waits for")
                    .asRuntimeException();
        }
        awaitHealthy(service, start);
        return ServiceRestartResponse.newBuilder()
                .setService(ServiceUsage.message(service))
                .setDuration(ServiceMessages.duration(since(start)))
                .build();
    }

    private void awaitHealthy(Service service, long start) throws InterruptedException {
        while (true) {
            ServiceStatus now = service.status();
            if (now.healthy()) {
                return;
            }
            if (now.state() == State.FAILED || since(start).compareTo(patience) > 0) {
                throw Status.ABORTED
                        .withDescription(service.name() + " has not come back after "
                                + since(start).toSeconds() + " s: " + describe(now)
                                + "; the agent tries on, and `garboard node MACHINE logs " + service.name()
                                + "` shows what it says")
                        .asRuntimeException();
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private StatusRuntimeException unknown(String name) {
        List<String> names = services.all().stream().map(Service::name).toList();
        return Status.NOT_FOUND
                .withDescription("there is no service \"" + name + "\"; "
                        + NearNames.hint(name, names, "there are none", "`garboard node MACHINE services` shows all")
                        + " " + programs())
                .asRuntimeException();
    }

    private StatusRuntimeException partOfTheAgent(String name) {
        return Status.FAILED_PRECONDITION
                .withDescription(
                        name + " is a part of the agent, which is process 1 of the machine and cannot be started"
                                + " again alone: the agent starts its parts again when they fail, and `garboard node MACHINE"
                                + " reboot` starts all of them. " + programs())
                .asRuntimeException();
    }

    private String programs() {
        List<String> programs = services.all().stream()
                .filter(service -> service.program().isPresent())
                .map(Service::name)
                .toList();
        return programs.isEmpty()
                ? "This node runs no program that can be restarted: it is part of no cluster"
                : "What can be restarted: " + String.join(", ", programs);
    }

    private static String describe(ServiceStatus status) {
        String state = status.state().name().toLowerCase(Locale.ROOT);
        return status.message().isEmpty() ? state : state + ", " + status.message();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
