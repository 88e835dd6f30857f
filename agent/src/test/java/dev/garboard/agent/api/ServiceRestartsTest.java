package dev.garboard.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.Program;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceRestartsTest {

    private static final Duration GRACE = Duration.ofMillis(100);

    private final ServiceTable services = new ServiceTable();
    private final Supervisor supervisor = new Supervisor(new Random(1), _ -> {});
    private final ServiceRestarts restarts = new ServiceRestarts(services, Duration.ofMillis(300));
    private Program containerd;

    @BeforeEach
    void addServices() {
        services.add("network", "");
        containerd = new Program(services.add("containerd", ""), new Children(), supervisor, GRACE, () -> {
            throw new IllegalStateException("does not answer");
        });
        new Program(services.add("kubelet", ""), new Children(), supervisor, GRACE, () -> {});
    }

    @Test
    void refusesAPartOfTheAgentWithTheReason() {
        var refusal = refusal("network");

        assertEquals(Status.Code.FAILED_PRECONDITION, refusal.getStatus().getCode());
        assertEquals(
                "network is a part of the agent, which is process 1 of the machine and cannot be started again alone: the"
                        + " agent starts its parts again when they fail, and `garboard node MACHINE reboot` starts all of"
                        + " them. What can be restarted: containerd, kubelet",
                refusal.getStatus().getDescription());
    }

    @Test
    void namesWhatComesNearAndWhatCanBeRestarted() {
        assertEquals(
                "NOT_FOUND: there is no service \"kublet\"; did you mean kubelet? What can be restarted: containerd,"
                        + " kubelet",
                refusal("kublet").getMessage());
    }

    @Test
    void refusesAProgramThatIsNotToRun() {
        assertEquals(
                "FAILED_PRECONDITION: kubelet is not to run now: waiting, not started yet; `garboard machine show"
                        + " MACHINE` shows what its document waits for",
                refusal("kubelet").getMessage());
    }

    @Test
    void saysWhyAProgramDoesNotComeBack() throws Exception {
        containerd.start(new Program.Command(List.of("/nowhere/containerd"), List.of(), ""));
        try {
            var refusal = refusal("containerd");

            assertEquals(Status.Code.ABORTED, refusal.getStatus().getCode());
            var said = String.valueOf(refusal.getMessage());
            assertTrue(said.contains("posix_spawn of /nowhere/containerd"), said);
            assertTrue(said.contains("logs containerd"), said);
        } finally {
            containerd.stop();
        }
    }

    private StatusRuntimeException refusal(String service) {
        return assertThrows(StatusRuntimeException.class, () -> restarts.restart(service, "alice"));
    }
}
