package dev.garboard.agent.supervision;

import dev.garboard.agent.linux.Cgroup;
import dev.garboard.agent.linux.Cgroup.Usage;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.linux.Children.Child;
import dev.garboard.agent.linux.Children.ExitStatus;
import dev.garboard.agent.logging.LogLevels;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** A program that runs as a service: started again when it ends, asked for its health, its output kept in the log ring. */
public final class Program {

    private static final int TERMINATE = 15;
    private static final int KILL = 9;
    private static final Duration WHILE_STARTING = Duration.ofMillis(200);
    private static final Duration WHILE_RUNNING = Duration.ofSeconds(5);

    private final Service service;
    private final Children children;
    private final Supervisor supervisor;
    private final Duration grace;
    private final Probe probe;
    private @Nullable Command command;
    private volatile Supervisor.@Nullable Running running;
    private volatile String lastWords = "";
    private volatile @Nullable Cgroup group;

    /**
     * How a program is started.
     *
     * @param version changes when what the program reads at its start has changed, so that it must be started again
     */
    public record Command(List<String> argv, List<String> environment, String version) {

        public Command {
            argv = List.copyOf(argv);
            environment = List.copyOf(environment);
        }
    }

    /** Asks a running program whether it does what it is for. */
    public interface Probe {
        /** Returns when it does; an exception's message says what is wrong. */
        void check() throws Exception;
    }

    /**
     * A program that does not run yet.
     *
     * @param grace how long it may take to end when it is asked to
     */
    public Program(Service service, Children children, Supervisor supervisor, Duration grace, Probe probe) {
        this.service = service;
        this.children = children;
        this.supervisor = supervisor;
        this.grace = grace;
        this.probe = probe;
        service.is(this);
    }

    /** Starts the program; one that runs with another command is ended first. */
    public synchronized void start(Command wanted) throws InterruptedException {
        if (wanted.equals(command) && isAlive()) {
            return;
        }
        stop();
        command = wanted;
        service.starting("starting " + wanted.argv().getFirst());
        running = supervisor.start(service, () -> run(wanted));
    }

    private boolean isAlive() {
        var now = running;
        return now != null && now.isAlive();
    }

    private boolean isToEnd() {
        var now = running;
        return now != null && now.isToEnd();
    }

    /** Ends the program and waits for that. */
    public synchronized void stop() throws InterruptedException {
        var now = running;
        if (now != null) {
            now.end();
            running = null;
            command = null;
        }
    }

    /**
     * Ends the program and starts it again, at once also when it waits after a failure.
     *
     * @return false when it is not to run
     */
    public synchronized boolean restart() throws InterruptedException {
        Command again = command;
        if (again == null) {
            return false;
        }
        stop();
        service.restarted();
        start(again);
        return true;
    }

    /** What its processes use; empty where it has no control group. */
    public Optional<Usage> usage() {
        return Optional.ofNullable(group).flatMap(Cgroup::usage);
    }

    private void run(Command wanted) throws Exception {
        lastWords = "";
        Child child = children.spawn(wanted.argv(), wanted.environment(), this::heard);
        Cgroup own = children.group(service.name()).orElse(null);
        group = own;
        if (own != null) {
            children.enter(child, own);
        }
        boolean wasHealthy = false;
        try {
            while (!isToEnd()) {
                boolean healthy = look(wasHealthy);
                wasHealthy |= healthy;
                ExitStatus ended = await(child, healthy ? WHILE_RUNNING : WHILE_STARTING);
                if (ended != null) {
                    child.awaitLastWords();
                    throw new IllegalStateException(wanted.argv().getFirst() + " ended with " + ended
                            + (lastWords.isEmpty() ? "" : "; it said: " + lastWords));
                }
            }
            throw new InterruptedException("it is to end");
        } finally {
            end(child);
            endOthers(own);
        }
    }

    private boolean look(boolean wasHealthy) throws InterruptedException {
        try {
            probe.check();
            service.running();
            return true;
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Exception notYet) {
            String why = String.valueOf(notYet.getMessage() == null ? notYet : notYet.getMessage());
            if (wasHealthy) {
                service.unhealthy(why);
            } else {
                service.starting(why);
            }
            return false;
        }
    }

    private static @Nullable ExitStatus await(Child child, Duration time)
            throws InterruptedException, ExecutionException {
        try {
            return child.exit().get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException running) {
            return null;
        }
    }

    /** Nothing that was started here outlives its service. */
    private void end(Child child) {
        boolean interrupted = Thread.interrupted();
        children.signal(child, TERMINATE);
        if (!hasEnded(child, grace)) {
            children.signal(child, KILL);
            hasEnded(child, grace);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its children would go on by themselves, and hold files and ports that its next start needs. */
    private void endOthers(@Nullable Cgroup own) {
        if (own == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            own.killAll();
        } catch (InterruptedException again) {
            interrupted = true;
        } catch (IOException stuck) {
            service.log().add(Instant.now(), Level.ERROR, String.valueOf(stuck.getMessage()));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean hasEnded(Child child, Duration time) {
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + time.toNanos();
            while (true) {
                try {
                    child.exit().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException again) {
                    interrupted = true;
                } catch (ExecutionException | TimeoutException running) {
                    return child.exit().isDone();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void heard(String line) {
        Level level = LogLevels.of(line);
        service.log().add(Instant.now(), level, line);
        if (level.toInt() >= Level.ERROR.toInt() || lastWords.isEmpty()) {
            lastWords = line.length() > 300 ? line.substring(0, 300) + "…" : line;
        }
    }
}
