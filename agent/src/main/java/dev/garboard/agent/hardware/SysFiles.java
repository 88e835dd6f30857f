package dev.garboard.agent.hardware;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads the small files of {@code /sys} and {@code /proc}; what is not there or refuses to be read is empty. */
record SysFiles(Path root) {

    String text(String path) {
        try {
            return Files.readString(root.resolve(path)).strip();
        } catch (IOException | UncheckedIOException absent) {
            return "";
        }
    }

    /** A number, decimal or with 0x; 0 where there is none or it is negative, as "unknown" is written. */
    long number(String path) {
        String text = text(path);
        try {
            return text.isEmpty() ? 0 : Math.max(0, Long.decode(text));
        } catch (NumberFormatException odd) {
            return 0;
        }
    }

    byte[] bytes(String path) {
        try {
            return Files.readAllBytes(root.resolve(path));
        } catch (IOException absent) {
            return new byte[0];
        }
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    /** The names in a directory, sorted. */
    List<String> names(String directory) {
        try (Stream<Path> entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    /** Where a link leads, with all links on the way followed; empty if nowhere. */
    String realPath(String path) {
        try {
            return root.resolve(path).toRealPath().toString();
        } catch (IOException absent) {
            return "";
        }
    }

    /** The last name of where a link leads. */
    String linkName(String path) {
        String real = realPath(path);
        return real.substring(real.lastIndexOf('/') + 1);
    }
}
