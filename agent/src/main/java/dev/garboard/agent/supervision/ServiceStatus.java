package dev.garboard.agent.supervision;

import java.time.Instant;

/**
 * How a service is.
 *
 * @param message why it is not running or not healthy; empty otherwise
 * @param since when it came into this state
 */
public record ServiceStatus(State state, boolean healthy, String message, Instant since, int restarts) {

    /** The states of a service. */
    public enum State {
        /** It cannot start yet: something it needs is not there. */
        WAITING,
        STARTING,
        RUNNING,
        /** It ended with an error and will be started again after a while. */
        FAILED,
        /** It ended as it should. */
        STOPPED
    }

    ServiceStatus become(State next, boolean isHealthy, String why, Instant now) {
        return new ServiceStatus(next, isHealthy, why, next == state ? since : now, restarts);
    }

    ServiceStatus restarted() {
        return new ServiceStatus(state, healthy, message, since, restarts + 1);
    }
}
