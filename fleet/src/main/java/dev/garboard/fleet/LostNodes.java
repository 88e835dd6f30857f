package dev.garboard.fleet;

import dev.garboard.inventory.MachineIndex;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Machines that were connected before the server started and did not come back in time: looked for once. */
final class LostNodes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FleetServer.class);

    private static final long RETRY_SECONDS = 10;

    private final MachineIndex machines;
    private final NodeStreams streams;
    private final NodeRecorder recorder;
    private final Duration returnWithin;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("fleet-timer").factory());

    LostNodes(MachineIndex machines, NodeStreams streams, NodeRecorder recorder, Duration returnWithin) {
        this.machines = machines;
        this.streams = streams;
        this.recorder = recorder;
        this.returnWithin = returnWithin;
    }

    /** The time begins. */
    void start() {
        var _ = timer.schedule(this::look, returnWithin.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Once; again when it fails, for a scheduled task that throws is forgotten without a word. */
    private void look() {
        try {
            find();
        } catch (Throwable failed) {
            LOG.atError().setCause(failed).log("machines that did not return are not marked; tried again");
            var _ = timer.schedule(this::look, RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void find() {
        for (var machine : machines.all()) {
            boolean wasConnected = machine.status().conditions().stream()
                    .anyMatch(condition -> condition.type().equals(NodeRecorder.CONNECTED)
                            && condition.status().equals("True"));
            if (wasConnected && streams.of(machine.name()).isEmpty()) {
                recorder.didNotReturn(machine, returnWithin);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
