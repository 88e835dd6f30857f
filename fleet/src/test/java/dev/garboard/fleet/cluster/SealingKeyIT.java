package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingKeyIT {

    @TempDir
    Path directory;

    @Test
    void opensWhatItSealedAlsoAfterARestart() {
        var file = directory.resolve("cluster.key");
        var sealed = SealingKey.open(file).seal("a secret", "uid");

        assertEquals("a secret", SealingKey.open(file).open(sealed, "uid"));
        assertFalse(sealed.contains("secret"));
        assertNotEquals(sealed, SealingKey.open(file).seal("a secret", "uid"));
    }

    @Test
    void opensForNobodyElse() {
        var file = directory.resolve("cluster.key");
        var sealed = SealingKey.open(file).seal("a secret", "uid");

        assertThrows(SealingException.class, () -> SealingKey.open(file).open(sealed, "other"));
        assertThrows(SealingException.class, () -> SealingKey.open(file).open(sealed.substring(4), "uid"));
        var refusal = assertThrows(
                SealingException.class,
                () -> SealingKey.open(directory.resolve("other.key")).open(sealed, "uid"));
        assertEquals(
                "the keys of uid in the database were not sealed with " + directory.resolve("other.key")
                        + "; restore the file that belongs to this database",
                refusal.getMessage());
    }

    @Test
    void refusesAFileThatIsNoKey() throws Exception {
        var file = Files.writeString(directory.resolve("cluster.key"), "c2hvcnQ=\n");

        var refusal = assertThrows(SealingException.class, () -> SealingKey.open(file));

        assertEquals(file + " holds no key of 32 bytes in base64; restore it from a backup", refusal.getMessage());
    }
}
