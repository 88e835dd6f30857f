package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Directories with all that is in them. */
public final class Trees {

    private Trees() {}

    /** Empties a directory. It stays: it may be where a disk is mounted. */
    public static void empty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                if (!visited.equals(directory)) {
                    try {
                        Files.delete(visited);
                    } catch (DirectoryNotEmptyException filledMeanwhile) {
                        throw new IOException(visited + " is still being written to", filledMeanwhile);
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
