package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vectors of FIPS 180-4 as NIST's examples give them. */
class Sha256IT {

    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String MILLION = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

    @Test
    void bytesDigestsAndFilesGiveTheSameDigits(@TempDir Path directory) throws IOException {
        var abc = "abc".getBytes(StandardCharsets.UTF_8);
        var digest = Sha256.digest();
        digest.update(abc);

        assertEquals(ABC, Sha256.of(abc));
        assertEquals(ABC, Sha256.hex(digest));
        assertEquals(ABC, Sha256.of(Files.write(directory.resolve("abc"), abc)));
        // Longer than one piece that is read.
        assertEquals(MILLION, Sha256.of(Files.writeString(directory.resolve("million"), "a".repeat(1_000_000))));
    }
}
