package dev.garboard.agent.supervision;

import com.google.protobuf.Timestamp;
import dev.garboard.agent.linux.Cgroup.Usage;
import dev.garboard.agentapi.v1.Service.State;
import java.time.Instant;
import java.util.Optional;

/** Services as the machine API and the stream to the server say them. */
public final class ServiceMessages {

    private ServiceMessages() {}

    /** One service. */
    public static dev.garboard.agentapi.v1.Service of(Service service) {
        ServiceStatus status = service.status();
        var message = dev.garboard.agentapi.v1.Service.newBuilder()
                .setName(service.name())
                .setDescription(service.description())
                .setState(
                        switch (status.state()) {
                            case WAITING -> State.STATE_WAITING;
                            case STARTING -> State.STATE_STARTING;
                            case RUNNING -> State.STATE_RUNNING;
                            case FAILED -> State.STATE_FAILED;
                            case STOPPED -> State.STATE_STOPPED;
                        })
                .setHealthy(status.healthy())
                .setMessage(status.message())
                .setSince(timestamp(status.since()))
                .setRestarts(status.restarts());
        service.lastFailure()
                .ifPresent(last -> message.setLastFailure(last.message()).setLastFailureAt(timestamp(last.at())));
        return message.build();
    }

    /** The same with what it uses: not for the stream, to which every change of a figure would be news. */
    public static dev.garboard.agentapi.v1.Service withUsage(Service service, Optional<Usage> usage) {
        var message = of(service).toBuilder();
        usage.ifPresent(now -> message.setMemoryBytes(now.memoryBytes()).setCpuTime(duration(now.cpuTime())));
        return message.build();
    }

    /** A moment. */
    public static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** A span of time. */
    public static com.google.protobuf.Duration duration(java.time.Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
