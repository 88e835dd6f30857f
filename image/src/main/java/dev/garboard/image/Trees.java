package dev.garboard.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directory trees as a whole. */
final class Trees {

    private Trees() {}

    /** Every path below a root, in an order that depends on names only. */
    static List<Path> sorted(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !path.equals(root))
                    .sorted(Comparator.comparing(path -> root.relativize(path).toString()))
                    .toList();
        }
    }

    static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Copies the files of a directory that has no directories in it. */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (var file : sorted(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    /** Gives everything one time and one set of permissions: what the build host's umask and clock say must not show. */
    static void normalise(Path root, long epochSecond) throws IOException {
        var time = FileTime.fromMillis(epochSecond * 1000);
        for (var path : sorted(root).reversed()) {
            if (!Files.isSymbolicLink(path)) {
                boolean executable = Files.isDirectory(path)
                        || isProgram(path)
                        || NodePrograms.PATHS.contains(root.relativize(path).toString());
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            }
            Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(time, time, null);
        }
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setLastModifiedTime(root, time);
    }

    private static boolean isProgram(Path path) {
        var name = path.getFileName().toString();
        return name.equals("java") || name.startsWith("ld-linux");
    }

    /** One digest over names, kinds, permissions and contents. */
    static String digest(Path root) throws IOException {
        var digest = Digest.sha256();
        for (var path : sorted(root)) {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            var content = attributes.isSymbolicLink()
                    ? "link " + Files.readSymbolicLink(path)
                    : attributes.isDirectory()
                            ? "directory"
                            : "file " + PosixFilePermissions.toString(Files.getPosixFilePermissions(path)) + " "
                                    + Digest.of(path);
            digest.update((root.relativize(path) + "\0" + content + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return Digest.hex(digest.digest());
    }
}
