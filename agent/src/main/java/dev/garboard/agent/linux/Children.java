package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that starts programs and the only one that waits for them. PID 1 inherits every orphan, so there must be
 * one {@code waitpid(-1)}; {@code ProcessBuilder} would compete with it for exit statuses and lose some.
 */
public final class Children {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.children");
    private static final long LAST_WORDS_MILLIS = 2000;
    private static final int SETSIGDEF = 4;
    private static final int SETSIGMASK = 8;
    private static final int SETSID = 0x80;

    private final Map<Integer, CompletableFuture<ExitStatus>> running = new HashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final ProgramGroups groups;

    /**
     * A child that was started.
     *
     * @param heard done when all that it wrote has been read
     */
    public record Child(int pid, CompletableFuture<ExitStatus> exit, CompletableFuture<Void> heard) {

        /** Its last words may arrive after its exit. Not waited for long: what it started may live on and hold the pipe. */
        public void awaitLastWords() throws InterruptedException {
            try {
                heard.get(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException open) {
                LOG.debug("the output of {} is still open", pid);
            }
        }
    }

    /** How a child ended, as waitpid(2) tells it. */
    public record ExitStatus(int raw) {

        /** Whether a signal ended it. */
        public boolean signalled() {
            return (raw & 0x7f) != 0;
        }

        /** The exit code, or the number of the signal that ended it. */
        public int code() {
            return signalled() ? raw & 0x7f : raw >> 8 & 0xff;
        }

        @Override
        public String toString() {
            return (signalled() ? "signal " : "exit code ") + code();
        }
    }

    /** Programs stay in the control group of this process. */
    public Children() {
        this(ProgramGroups.none());
    }

    /** Programs that run as services get control groups of their own. */
    public Children(ProgramGroups groups) {
        this.groups = groups;
    }

    /** The control group for the service of that name; empty where there are none. */
    public Optional<Cgroup> group(String service) {
        return groups.group(service);
    }

    /** Takes over SIGCHLD and starts the reaper. */
    public void start() {
        Signals.handle("CHLD", _ -> wake.release());
        Thread.ofPlatform().name("reaper").daemon().start(this::reap);
    }

    /** Starts {@code argv[0]} in a session of its own, without inherited descriptors above 2 and with no signal blocked. */
    public Child spawn(List<String> argv, List<String> environment) {
        return spawn(argv, environment, -1);
    }

    /** The same with nothing to read; what it writes comes here, a line at a time, on a thread of its own. */
    public Child spawn(List<String> argv, List<String> environment, Consumer<String> output) {
        var ends = new int[2];
        try {
            Libc.pipe2(ends, Libc.O_CLOEXEC);
        } catch (LastErrorException refused) {
            throw new SystemCallException("pipe2", refused);
        }
        try {
            Child child = spawn(argv, environment, ends[1]);
            var lines = new PipeLines(ends[0], output);
            var heard = new CompletableFuture<Void>();
            Thread.ofPlatform().name("output of " + child.pid()).daemon().start(() -> {
                try {
                    lines.run();
                } finally {
                    heard.complete(null);
                }
            });
            return new Child(child.pid(), child.exit(), heard);
        } catch (RuntimeException failed) {
            Libc.close(ends[0]);
            throw failed;
        } finally {
            Libc.close(ends[1]);
        }
    }

    private Child spawn(List<String> argv, List<String> environment, int output) {
        var pinned = new ArrayList<Memory>();
        try (var attributes = new Memory(512);
                var actions = new Memory(512);
                var none = new Memory(128);
                var all = new Memory(128)) {
            none.clear();
            all.setMemory(0, 128, (byte) 0xff);
            Libc.posix_spawnattr_init(attributes);
            Libc.posix_spawnattr_setflags(attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID));
            // A Java thread has SIGQUIT blocked, and a child would inherit that.
            Libc.posix_spawnattr_setsigmask(attributes, none);
            Libc.posix_spawnattr_setsigdefault(attributes, all);
            Libc.posix_spawn_file_actions_init(actions);
            if (output >= 0) {
                Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.O_RDONLY, 0);
                Libc.posix_spawn_file_actions_adddup2(actions, output, 1);
                Libc.posix_spawn_file_actions_adddup2(actions, output, 2);
            }
            Libc.posix_spawn_file_actions_addclosefrom_np(actions, 3);
            var pid = new int[1];
            var exit = new CompletableFuture<ExitStatus>();
            int error;
            // Registered before the reaper can look it up: it needs the same lock.
            synchronized (running) {
                error = Libc.posix_spawn(
                        pid,
                        argv.getFirst(),
                        actions,
                        attributes,
                        Libc.strings(argv, pinned),
                        Libc.strings(environment, pinned));
                if (error == 0) {
                    running.put(pid[0], exit);
                }
            }
            Libc.posix_spawn_file_actions_destroy(actions);
            Libc.posix_spawnattr_destroy(attributes);
            if (error != 0) {
                throw new SystemCallException("posix_spawn of " + argv.getFirst(), new LastErrorException(error));
            }
            wake.release();
            return new Child(pid[0], exit, CompletableFuture.completedFuture(null));
        } finally {
            pinned.forEach(Memory::close);
        }
    }

    /**
     * Puts a child into a control group. It runs already: posix_spawn(3) cannot do it before glibc 2.39. What it has allocated and started
     * until now is not counted there, which is next to nothing.
     */
    public void enter(Child child, Cgroup group) {
        // Under the lock its number cannot belong to somebody else already.
        synchronized (running) {
            if (!child.exit().isDone()) {
                try {
                    group.add(child.pid());
                } catch (IOException refused) {
                    LOG.warn("process {} stays out of {}: {}", child.pid(), group.path(), refused.getMessage());
                }
            }
        }
    }

    /** Sends a signal to a child that was started here and has not ended. */
    public void signal(Child child, int signal) {
        // Under the lock the process cannot be reaped, so its number cannot belong to somebody else already.
        synchronized (running) {
            if (!child.exit().isDone()) {
                Libc.kill(child.pid(), signal);
            }
        }
    }

    private void reap() {
        var status = new int[1];
        while (true) {
            int pid;
            try {
                pid = Libc.waitpid(-1, status, 0);
            } catch (LastErrorException failed) {
                if (failed.getErrorCode() == Libc.ECHILD) {
                    wake.acquireUninterruptibly();
                }
                continue;
            }
            var ended = new ExitStatus(status[0]);
            synchronized (running) {
                CompletableFuture<ExitStatus> exit = running.remove(pid);
                if (exit == null) {
                    LOG.debug("orphan {} ended with {}", pid, ended);
                } else {
                    exit.complete(ended);
                }
            }
        }
    }
}
