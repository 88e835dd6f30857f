package dev.garboard.operatorapi;

import java.time.Duration;

/** What the server counts. Called from event loops and virtual threads: implementations neither block nor throw. */
public interface ApiEvents {

    /** Counts nothing. */
    ApiEvents IGNORED = new ApiEvents() {};

    /**
     * A request was answered, or a watch has begun.
     *
     * @param verb {@code get}, {@code list}, {@code watch}, {@code create}, {@code replace}, {@code patch}, {@code delete} or {@code other}
     * @param resource plural of the kind, or {@code none}
     */
    default void answered(String verb, String resource, int status, Duration took) {}

    /**
     * A request or a connection was refused.
     *
     * @param reason of the {@code Status}, for example {@code Unauthorized}, or {@code TooManyConnections}
     */
    default void refused(String reason) {}

    /** A watch was opened or closed; this many are open now. */
    default void watches(int open) {}
}
