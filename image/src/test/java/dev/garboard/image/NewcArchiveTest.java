package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewcArchiveTest {

    @Test
    void writesTheHeaderThatTheKernelReads() throws IOException {
        var archive = archive();

        var start = new String(archive, 0, 116, StandardCharsets.US_ASCII);

        assertEquals(
                "070701" + "00000001" + "000041ED" + "00000000" + "00000000" + "00000002" + "00000007" + "00000000"
                        + "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" + "etc\0\0\0",
                start);
    }

    @Test
    void fillsTheLastBlockSoThatAnotherArchiveCanFollow() throws IOException {
        assertEquals(0, archive().length % 512);
    }

    @Test
    void givesTheSameBytesForTheSameFiles() throws IOException {
        assertArrayEquals(archive(), archive());
    }

    @Test
    void isReadBackEntryByEntry() throws IOException {
        var names = new ArrayList<String>();
        var contents = new ArrayList<String>();
        try (var reader = new NewcReader(new ByteArrayInputStream(archive()))) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                names.add(entry.get().name());
                if (entry.get().size() > 0) {
                    contents.add(new String(reader.content(entry.get(), 100), StandardCharsets.US_ASCII));
                }
            }
        }

        assertEquals(List.of("etc", "dev/console", "etc/a", "etc/b"), names);
        assertEquals(List.of("hello", "world!!"), contents);
    }

    @Test
    void isRefusedWhenCutShort() throws IOException {
        var cut = Arrays.copyOf(archive(), 300);

        try (var reader = new NewcReader(new ByteArrayInputStream(cut))) {
            assertThrows(IOException.class, () -> readAll(reader));
        }
    }

    private static int readAll(NewcReader reader) throws IOException {
        int entries = 0;
        while (reader.next().isPresent()) {
            entries++;
        }
        return entries;
    }

    private static byte[] archive() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var archive = new NewcArchive(out, 7)) {
            archive.directory("etc");
            archive.characterDevice("dev/console", 0600, 5, 1);
            archive.file("etc/a", 0444, "hello".getBytes(StandardCharsets.US_ASCII));
            archive.file("etc/b", 0444, "world!!".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }
}
