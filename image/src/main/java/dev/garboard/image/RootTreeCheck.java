package dev.garboard.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds a finished root tree to its promise: few programs, no script, no shell, and every library that is named is there. */
final class RootTreeCheck {

    private static final Set<String> PROGRAMS = Stream.concat(
                    Stream.of("jre/bin/java", "usr/lib64/ld-linux-x86-64.so.2"), NodePrograms.PATHS.stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "zsh", "busybox", "toybox", "perl");

    private RootTreeCheck() {}

    static void check(Path root) throws IOException {
        var complaints = new ArrayList<String>();
        var names = new HashSet<String>();
        var files = Trees.sorted(root).stream()
                .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                .toList();
        for (var file : files) {
            names.add(file.getFileName().toString());
        }
        for (var file : files) {
            check(root.relativize(file).toString(), file, names, complaints);
        }
        if (!complaints.isEmpty()) {
            throw new ImageException("the root tree is not fit for a node:\n  " + String.join("\n  ", complaints));
        }
    }

    private static void check(String name, Path file, Set<String> libraries, List<String> complaints)
            throws IOException {
        if (SHELLS.contains(file.getFileName().toString())) {
            complaints.add(name + " is a shell or an interpreter");
        }
        int mode = (int) Files.getAttribute(file, "unix:mode");
        if ((mode & 06000) != 0) {
            complaints.add(name + " would run as another user");
        }
        if ((mode & 0111) != 0 && !PROGRAMS.contains(name)) {
            complaints.add(name + " is executable");
        }
        if (ElfFile.isElf(file)) {
            for (var library : ElfFile.of(Files.readAllBytes(file)).neededLibraries()) {
                if (!libraries.contains(library)) {
                    complaints.add(name + " needs " + library + ", which is not in the tree");
                }
            }
        } else if (isScript(file)) {
            complaints.add(name + " is a script");
        }
    }

    private static boolean isScript(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(2), StandardCharsets.US_ASCII).equals("#!");
        }
    }
}
