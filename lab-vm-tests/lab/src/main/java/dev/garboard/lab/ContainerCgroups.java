package dev.garboard.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The control groups of a lab's container nodes, named for the lab so that they are found again: in every hierarchy a group for the lab, and in it
 * one for each machine. With version 1 they are children of the caller's own groups; with version 2 of the root, because elsewhere a group with
 * processes may not hand controllers on.
 */
record ContainerCgroups(String lab) {

    private static final Path MOUNTED = Path.of("/sys/fs/cgroup");
    private static final int DEEPEST = 8;
    private static final int TRIES = 100;
    private static final List<String> INHERITED = List.of("cpuset.cpus", "cpuset.mems");

    private String name() {
        return "garboard-" + lab;
    }

    /** Makes a machine's groups; the directories in which its first process has to be put. */
    List<Path> make(String machine) {
        try {
            var lines = Files.readAllLines(Path.of("/proc/self/cgroup"));
            var old = lines.stream().filter(line -> !line.startsWith("0:")).toList();
            return old.isEmpty() ? List.of(makeUnified(machine)) : makeEach(old, machine);
        } catch (IOException | UncheckedIOException failed) {
            throw new LabException(
                    "control groups for " + machine + " cannot be made: " + failed.getMessage()
                            + "; container nodes need root and a writable " + MOUNTED + ", or use --nodes vm",
                    failed);
        }
    }

    private List<Path> makeEach(List<String> hierarchies, String machine) throws IOException {
        var made = new ArrayList<Path>();
        for (var line : hierarchies) {
            var fields = line.split(":", 3);
            var hierarchy = MOUNTED.resolve(fields[1].replaceFirst("^name=", ""));
            var own = hierarchy.resolve(fields[2].substring(1));
            // Inside a container the path is the host's, and what is mounted begins at the own group.
            var parent = Files.isDirectory(own) ? own : hierarchy;
            var group = parent.resolve(name());
            makeBelow(parent, group);
            makeBelow(group, group.resolve(machine));
            made.add(group.resolve(machine));
        }
        return List.copyOf(made);
    }

    /** Version 1 lets no process into a group without processors and memory, and a new one has none. */
    private static void makeBelow(Path parent, Path group) throws IOException {
        Files.createDirectories(group);
        for (var setting : INHERITED) {
            if (Files.exists(group.resolve(setting))) {
                Files.writeString(group.resolve(setting), Files.readString(parent.resolve(setting)));
            }
        }
    }

    private Path makeUnified(String machine) throws IOException {
        var group = MOUNTED.resolve(name());
        Files.createDirectories(group);
        for (var each : List.of(MOUNTED, group)) {
            for (var controller :
                    Files.readString(each.resolve("cgroup.controllers")).split("\\s+", -1)) {
                if (!controller.isEmpty()) {
                    Files.writeString(each.resolve("cgroup.subtree_control"), "+" + controller);
                }
            }
        }
        return Files.createDirectories(group.resolve(machine));
    }

    /** All groups of the lab that are there, in every hierarchy. */
    List<Path> find() {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(MOUNTED)) {
            find(MOUNTED, 0, found);
        }
        return List.copyOf(found);
    }

    private void find(Path directory, int depth, List<Path> found) {
        List<Path> children;
        try (Stream<Path> entries = Files.list(directory)) {
            children = entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        } catch (IOException | UncheckedIOException gone) {
            return;
        }
        for (var child : children) {
            if (child.getFileName().toString().equals(name())) {
                found.add(child);
            } else if (depth < DEEPEST) {
                find(child, depth + 1, found);
            }
        }
    }

    /** Removes the groups of a machine, whose processes have ended. */
    void remove(String machine) {
        find().forEach(group -> remove(group.resolve(machine)));
    }

    /** Removes all groups of the lab. */
    void remove() {
        find().forEach(ContainerCgroups::remove);
    }

    /** From the bottom up. A process that was killed is in its group until the kernel has cleaned up after it. */
    private static void remove(Path group) {
        if (!Files.isDirectory(group)) {
            return;
        }
        for (int attempt = 0; ; attempt++) {
            try (Stream<Path> all = Files.walk(group)) {
                var groups = all.filter(Files::isDirectory)
                        .sorted(Comparator.reverseOrder())
                        .toList();
                for (var each : groups) {
                    Files.deleteIfExists(each);
                }
                return;
            } catch (IOException | UncheckedIOException busy) {
                if (attempt == TRIES) {
                    throw new LabException(
                            "the control group " + group + " cannot be removed: " + busy.getMessage(), busy);
                }
                Pause.millis(20);
            }
        }
    }

    /** Processor time of a machine in seconds and its memory in MB, as its groups count them; 0 where they do not. */
    double cpuSeconds(String machine) {
        var groups = groups(machine);
        long nanos = number(groups, "cpuacct.usage");
        return (nanos > 0 ? nanos : 1000 * keyed(groups, "cpu.stat", "usage_usec ")) / 1e9;
    }

    /** Anonymous memory: what the page cache holds would be given back. */
    long memoryMegabytes(String machine) {
        var groups = groups(machine);
        long bytes = keyed(groups, "memory.stat", "total_rss ");
        return (bytes > 0 ? bytes : keyed(groups, "memory.stat", "anon ")) >> 20;
    }

    private List<Path> groups(String machine) {
        return find().stream().map(group -> group.resolve(machine)).toList();
    }

    private static long number(List<Path> groups, String file) {
        return keyed(groups, file, "");
    }

    private static long keyed(List<Path> groups, String file, String key) {
        for (var group : groups) {
            try {
                for (var line : Files.readAllLines(group.resolve(file))) {
                    if (line.startsWith(key)) {
                        return Long.parseLong(line.substring(key.length()).strip());
                    }
                }
            } catch (IOException | NumberFormatException otherHierarchy) {
                // Each controller has its files in its own hierarchy.
            }
        }
        return 0;
    }
}
