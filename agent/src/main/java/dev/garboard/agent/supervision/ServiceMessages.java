package dev.garboard.agent.supervision;

import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.Service.State;
import java.time.Instant;

/** Services as the machine API and the stream to the server say them. */
public final class ServiceMessages {

    private ServiceMessages() {}

    /** One service. */
    public static dev.garboard.agentapi.v1.Service of(Service service) {
        ServiceStatus status = service.status();
        return dev.garboard.agentapi.v1.Service.newBuilder()
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
                .setRestarts(status.restarts())
                .build();
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
