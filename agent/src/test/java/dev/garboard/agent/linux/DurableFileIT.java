package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileIT {

    @TempDir
    private Path directory;

    private List<String> names() throws IOException {
        try (var all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aFileIsReplacedAsAWholeAndOnlyItsOwnerReadsIt() throws Exception {
        var note = directory.resolve("note");

        DurableFile.write(note, bytes("one"));
        DurableFile.write(note, bytes("two"));

        assertEquals("two", Files.readString(note));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(note)));
        assertEquals(List.of("note"), names());
    }

    @Test
    void directoriesMoveAndFilesGo() throws Exception {
        DurableFile.write(directory.resolve("made/file"), bytes("x"));

        DurableFile.move(directory.resolve("made"), directory.resolve("data"));
        assertEquals("x", Files.readString(directory.resolve("data/file")));
        DurableFile.delete(directory.resolve("data/file"));
        DurableFile.delete(directory.resolve("data/file"));

        assertFalse(Files.exists(directory.resolve("data/file")));
        assertEquals(List.of("data"), names());
    }

    @Test
    void aFullDirectoryIsNotReplaced() throws Exception {
        DurableFile.write(directory.resolve("made/file"), bytes("new"));
        DurableFile.write(directory.resolve("data/file"), bytes("old"));

        assertThrows(IOException.class, () -> DurableFile.move(directory.resolve("made"), directory.resolve("data")));

        assertEquals("old", Files.readString(directory.resolve("data/file")));
    }
}
