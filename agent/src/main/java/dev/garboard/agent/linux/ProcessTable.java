package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processes that this one can see. */
public final class ProcessTable {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.children");
    private static final Path PROC = Path.of("/proc");
    private static final int KILL = 9;
    private static final int ROUNDS = 50;
    private static final long BETWEEN_MILLIS = 100;

    private ProcessTable() {}

    /**
     * One process.
     *
     * @param program its name, cut by the kernel to 15 characters
     * @param cgroups text of {@code /proc/PID/cgroup}
     */
    public record Entry(int pid, String program, String cgroups) {

        /** Whether a group of that name is on the path to one of its groups. */
        public boolean inCgroup(String name) {
            return cgroups.lines().anyMatch(line -> (line + "/").contains("/" + name + "/"));
        }
    }

    /** All that have not ended, this one and the first one included. */
    public static List<Entry> all() throws IOException {
        try (Stream<Path> entries = Files.list(PROC)) {
            return entries.filter(ProcessTable::isProcess)
                    .flatMap(entry -> read(entry).stream())
                    .toList();
        }
    }

    /** Ends all that are meant and waits until they are gone. */
    public static void killAll(Predicate<Entry> meant) throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            int found = 0;
            try (Stream<Path> entries = Files.list(PROC)) {
                for (Path entry : entries.filter(ProcessTable::isProcess).toList()) {
                    found += kill(entry, meant) ? 1 : 0;
                }
            }
            if (found == 0) {
                return;
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
        throw new IOException("processes do not end although they were killed; is their disk or file server stuck?");
    }

    private static boolean isProcess(Path entry) {
        return entry.getFileName().toString().chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Empty for one that has ended. */
    private static Optional<Entry> read(Path entry) {
        int pid = Integer.parseInt(entry.getFileName().toString());
        try {
            String stat = Files.readString(entry.resolve("stat"));
            boolean zombie = stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
            return zombie
                    ? Optional.empty()
                    : Optional.of(new Entry(
                            pid,
                            Files.readString(entry.resolve("comm")).strip(),
                            Files.readString(entry.resolve("cgroup"))));
        } catch (IOException gone) {
            LOG.debug("process {} ended by itself", pid);
            return Optional.empty();
        }
    }

    private static boolean kill(Path entry, Predicate<Entry> meant) {
        var process = read(entry);
        if (process.isEmpty()
                || process.get().pid() == 1
                || process.get().pid() == ProcessHandle.current().pid()
                || !meant.test(process.get())) {
            return false;
        }
        try {
            Libc.kill(process.get().pid(), KILL);
            return true;
        } catch (LastErrorException gone) {
            LOG.debug("process {} ended by itself", process.get().pid());
            return false;
        }
    }
}
