package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a lab is on the host: processes that carry its mark in their environment or run in its directory, the network namespaces that they are
 * in and the process namespaces that they made, named namespaces, network interfaces and control groups.
 *
 * @param namespaces other than the test's own
 */
record Leftovers(
        Set<String> processes, Set<String> namespaces, Set<String> named, Set<String> interfaces, Set<String> cgroups) {

    private static final List<String> NAMESPACES = List.of("ns/net", "ns/pid_for_children");

    /** Name of the variable that the fixture sets; every process that the lab starts inherits it. */
    static final String MARK = "GARBOARD_E2E";

    static Leftovers of(Path directory) {
        var own = namespaces(Path.of("/proc/self"));
        var processes = new TreeSet<String>();
        var namespaces = new TreeSet<String>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.map(process -> Path.of("/proc", Long.toString(process.pid())))
                    .filter(process -> belongs(process, directory))
                    .forEach(process -> {
                        processes.add(process.getFileName() + " "
                                + text(process.resolve("comm")).strip());
                        namespaces.addAll(namespaces(process));
                    });
        }
        namespaces.removeAll(own);
        return new Leftovers(
                processes, namespaces, names(Path.of("/run/netns")), names(Path.of("/sys/class/net")), groups());
    }

    /** Ended processes may take a moment to vanish, and the kernel removes a namespace in the background. */
    static void assertSame(Leftovers before, Path directory) {
        try {
            LabFixture.await(
                    "nothing is left",
                    Duration.ofSeconds(30),
                    () -> of(directory).equals(before));
        } catch (AssertionError left) {
            assertEquals(before, of(directory));
            throw left;
        }
    }

    /** Whether any process of the host is in one of these namespaces. */
    static boolean areInUse(Set<String> namespaces) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.flatMap(process -> namespaces(Path.of("/proc", Long.toString(process.pid()))).stream())
                    .anyMatch(namespaces::contains);
        }
    }

    private static boolean belongs(Path process, Path directory) {
        return List.of(text(process.resolve("environ")).split("\0", -1)).contains(MARK + "=" + directory)
                || text(process.resolve("cmdline")).contains(directory + "/")
                || link(process.resolve("cwd")).startsWith(directory.toString());
    }

    private static Set<String> namespaces(Path process) {
        return NAMESPACES.stream()
                .map(each -> link(process.resolve(each)))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.toSet());
    }

    /** The control groups of labs, in whichever hierarchy. */
    private static Set<String> groups() {
        try (Stream<Path> all = Files.find(
                Path.of("/sys/fs/cgroup"),
                10,
                (path, attributes) -> attributes.isDirectory()
                        && path.getFileName().toString().startsWith("garboard-"))) {
            return all.map(Path::toString).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException | UncheckedIOException changing) {
            // Groups of others come and go while they are looked at.
            return groups();
        }
    }

    /** Empty for a process of somebody else, or one that has ended. */
    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static Set<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
