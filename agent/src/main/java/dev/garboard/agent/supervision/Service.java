package dev.garboard.agent.supervision;

import dev.garboard.agent.logging.LogRing;
import dev.garboard.agent.supervision.ServiceStatus.State;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One part of the node that can work or fail by itself: a thread of the agent, or a program that it runs. */
public final class Service {

    private final String name;
    private final String description;
    private final LogRing log;
    private final Runnable changed;
    private ServiceStatus status;
    private @Nullable Failure lastFailure;
    private volatile @Nullable Program program;

    /** An end that nobody asked for. */
    public record Failure(String message, Instant at) {}

    Service(String name, String description, LogRing log, Runnable changed) {
        this.name = name;
        this.description = description;
        this.log = log;
        this.changed = changed;
        this.status = new ServiceStatus(State.WAITING, false, "not started yet", Instant.now(), 0);
    }

    /** Its name, unique on the node. */
    public String name() {
        return name;
    }

    /** What it is for, in one sentence. */
    public String description() {
        return description;
    }

    /** Its last log lines. */
    public LogRing log() {
        return log;
    }

    /** How it is now. */
    public synchronized ServiceStatus status() {
        return status;
    }

    /** Why and when it failed last, also when it runs again; empty when it never did. */
    public synchronized Optional<Failure> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** The program that it is; empty where it is a part of the agent itself. */
    public Optional<Program> program() {
        return Optional.ofNullable(program);
    }

    void is(Program ofService) {
        program = ofService;
    }

    /** It cannot start before something else has happened. */
    public void waiting(String why) {
        become(State.WAITING, false, why);
    }

    /** It has begun to start. */
    public void starting(String what) {
        become(State.STARTING, false, what);
    }

    /** It does what it is for. */
    public void running() {
        become(State.RUNNING, true, "");
    }

    /** It runs, but does not do what it is for. */
    public void unhealthy(String why) {
        become(State.RUNNING, false, why);
    }

    /** It ended with an error. */
    public void failed(String why) {
        synchronized (this) {
            lastFailure = new Failure(why, Instant.now());
        }
        become(State.FAILED, false, why);
    }

    /** It ended as it should. */
    public void stopped(String why) {
        become(State.STOPPED, false, why);
    }

    void restarted() {
        update(ServiceStatus::restarted);
    }

    private void become(State state, boolean healthy, String why) {
        update(before -> before.become(state, healthy, why, Instant.now()));
    }

    private void update(UnaryOperator<ServiceStatus> step) {
        synchronized (this) {
            ServiceStatus after = step.apply(status);
            if (after.equals(status)) {
                return;
            }
            status = after;
        }
        changed.run();
    }
}
