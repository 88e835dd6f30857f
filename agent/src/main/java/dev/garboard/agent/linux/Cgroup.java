package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control group of one program and all that it starts: one directory with version 2, with version 1 one in each hierarchy. */
public final class Cgroup {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.cgroups");
    private static final int KILL = 9;
    private static final int ROUNDS = 100;
    private static final long BETWEEN_MILLIS = 50;

    /** The kernel refuses a process that it is still making (TASK_NEW). */
    private static final int TRIES = 5;

    private final String path;
    private final List<Path> directories;

    /**
     * What the processes of a group use together.
     *
     * @param memoryBytes what could not be given back at once: without the part of the page cache that nobody has used lately
     */
    public record Usage(long memoryBytes, Duration cpuTime) {}

    Cgroup(String path, List<Path> directories) {
        this.path = path;
        this.directories = List.copyOf(directories);
    }

    /** Its path as programs name it, from the root of the hierarchies on. */
    public String path() {
        return path;
    }

    /** Puts a process into it; what that has started before stays where it is. */
    void add(int pid) throws IOException {
        for (Path directory : directories) {
            for (int attempt = 1; ; attempt++) {
                try {
                    Files.writeString(directory.resolve("cgroup.procs"), Integer.toString(pid));
                    break;
                } catch (IOException refused) {
                    if (attempt == TRIES) {
                        throw refused;
                    }
                }
            }
        }
    }

    /** What it uses now; empty where the kernel does not count it. */
    public Optional<Usage> usage() {
        OptionalLong memory = number("memory.current", "memory.usage_in_bytes");
        // Version 1 has both keys, and its plain one leaves the groups below out.
        OptionalLong idle = keyed("memory.stat", "total_inactive_file", "inactive_file");
        OptionalLong microseconds = keyed("cpu.stat", "usage_usec");
        OptionalLong nanoseconds = number("cpuacct.usage");
        if (memory.isEmpty() || (microseconds.isEmpty() && nanoseconds.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(new Usage(
                Math.max(0, memory.getAsLong() - idle.orElse(0)),
                Duration.ofNanos(nanoseconds.orElse(microseconds.orElse(0) * 1000))));
    }

    /**
     * Ends every process in it and waits until they are gone.
     *
     * @throws IOException when some do not end
     */
    public void killAll() throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> left = processes();
            if (left.isEmpty()) {
                return;
            }
            for (int pid : left) {
                try {
                    Libc.kill(pid, KILL);
                } catch (LastErrorException gone) {
                    LOG.debug("process {} ended by itself", pid);
                }
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
        throw new IOException("processes of the control group " + path
                + " do not end although they were killed; is their disk or file server stuck?");
    }

    /** In every hierarchy there are the same. */
    private List<Integer> processes() throws IOException {
        return Files.readAllLines(directories.getFirst().resolve("cgroup.procs")).stream()
                .map(Integer::valueOf)
                // 0 stands for a process of another PID namespace.
                .filter(pid -> pid > 1)
                .toList();
    }

    /** Of the first file that is there. */
    private OptionalLong number(String... files) {
        for (String file : files) {
            for (Path directory : directories) {
                var lines = lines(directory.resolve(file));
                if (!lines.isEmpty()) {
                    return OptionalLong.of(Long.parseLong(lines.getFirst().strip()));
                }
            }
        }
        return OptionalLong.empty();
    }

    /** Of the first key that is there. */
    private OptionalLong keyed(String file, String... keys) {
        for (String key : keys) {
            for (Path directory : directories) {
                for (String line : lines(directory.resolve(file))) {
                    if (line.startsWith(key + " ")) {
                        return OptionalLong.of(
                                Long.parseLong(line.substring(key.length()).strip()));
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException otherHierarchy) {
            return List.of();
        } catch (IOException unreadable) {
            LOG.debug("{}", unreadable.getMessage());
            return List.of();
        }
    }
}
