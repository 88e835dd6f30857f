package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.Cgroup.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupIT {

    private static final Path MOUNTED = Path.of("/sys/fs/cgroup");
    private static final List<String> HIERARCHIES = List.of("memory", "cpu", "cpuacct", "pids");

    @TempDir
    private Path root;

    @Test
    void readsTheFiguresOfVersion2() throws Exception {
        Files.createFile(root.resolve("cgroup.controllers"));
        var group = ProgramGroups.below(root).group("etcd").orElseThrow();
        assertEquals("/garboard/etcd", group.path());
        assertTrue(Files.exists(root.resolve("garboard/cgroup.subtree_control")));
        assertEquals(Optional.empty(), group.usage());

        var own = root.resolve("garboard/etcd");
        Files.writeString(own.resolve("memory.current"), "5000\n");
        Files.writeString(own.resolve("memory.stat"), "anon 3000\ninactive_file 1500\n");
        Files.writeString(own.resolve("cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");

        assertEquals(Optional.of(new Usage(3500, Duration.ofMillis(2500))), group.usage());
    }

    @Test
    void readsTheFiguresOfVersion1OutOfItsHierarchies() throws Exception {
        for (var hierarchy : List.of("memory", "cpu,cpuacct")) {
            Files.createDirectory(root.resolve(hierarchy));
        }
        Files.createSymbolicLink(root.resolve("cpuacct"), Path.of("cpu,cpuacct"));
        Files.createSymbolicLink(root.resolve("cpu"), Path.of("cpu,cpuacct"));
        var group = ProgramGroups.below(root).group("etcd").orElseThrow();

        Files.writeString(root.resolve("memory/garboard/etcd/memory.usage_in_bytes"), "5000\n");
        Files.writeString(
                root.resolve("memory/garboard/etcd/memory.stat"), "inactive_file 1\ntotal_inactive_file 1500\n");
        Files.writeString(root.resolve("cpu,cpuacct/garboard/etcd/cpuacct.usage"), "2500000000\n");

        assertEquals(Optional.of(new Usage(3500, Duration.ofMillis(2500))), group.usage());
    }

    @Test
    void programsGetNoneWhereTheyAreNotToHaveOne() {
        assertEquals(Optional.empty(), ProgramGroups.none().group("etcd"));
        assertEquals(Optional.empty(), ProgramGroups.below(root).group("etcd"));
    }

    /** With the kernel's own groups, below those of this process. */
    @Test
    void endsAProgramWithAllThatItStarted() throws Exception {
        var parents = ownParents();
        try {
            var group = ProgramGroups.below(root).group("sleepers").orElseThrow();
            var process = new ProcessBuilder("sh", "-c", "read go; setsid sleep 1000 & setsid sleep 1000").start();
            group.add((int) process.pid());
            process.getOutputStream().write('\n');
            process.getOutputStream().close();
            var others = List.<ProcessHandle>of();
            while (others.size() < 2) {
                Thread.sleep(20);
                others = process.descendants().toList();
            }
            assertTrue(group.usage().orElseThrow().memoryBytes() > 0);

            group.killAll();

            assertEquals(137, process.waitFor());
            for (var other : others) {
                other.onExit().join();
            }
        } finally {
            for (var parent : parents) {
                for (var each : List.of("garboard/sleepers", "garboard", "")) {
                    Files.deleteIfExists(parent.resolve(each));
                }
            }
        }
    }

    /** A group of this test in each hierarchy, reached by a link as if it were the hierarchy. */
    private List<Path> ownParents() throws IOException {
        Assumptions.assumeTrue(
                Files.isWritable(MOUNTED.resolve("memory")) && "root".equals(System.getProperty("user.name")),
                "skipped: needs root and control groups of version 1");
        var parents = new ArrayList<Path>();
        for (var hierarchy : HIERARCHIES) {
            if (Files.isDirectory(MOUNTED.resolve(hierarchy))) {
                var own = MOUNTED.resolve(hierarchy)
                        .resolve("garboard-it-" + ProcessHandle.current().pid());
                parents.add(Files.createDirectories(own));
                Files.createSymbolicLink(root.resolve(hierarchy), own);
            }
        }
        return parents;
    }
}
