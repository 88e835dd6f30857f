package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerityTreeTest {

    @TempDir
    Path directory;

    /** Sizes around the edges of a level: 128 hashes fill a block. */
    @ParameterizedTest
    @ValueSource(ints = {2, 127, 128, 129, 16_384, 16_385})
    void isFoundAgainFromTheDataAlone(int blocks) throws IOException {
        var image = directory.resolve("image");
        var content = new byte[blocks * VerityTree.BLOCK - 100];
        new Random(blocks).nextBytes(content);
        Files.write(image, content);

        var tree = VerityTree.append(image);

        assertEquals((long) blocks * VerityTree.BLOCK, tree.offset());
        assertEquals(tree.rootHash(), VerityTree.recompute(image, 0, Files.size(image)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4096 * 130 + 17, 4096 * 299 + 4095})
    void changesWithEveryBit(int at) throws IOException {
        var image = directory.resolve("image");
        Files.write(image, new byte[300 * VerityTree.BLOCK]);
        var tree = VerityTree.append(image);

        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(at);
            file.write(4);
        }

        assertNotEquals(tree.rootHash(), VerityTree.recompute(image, 0, Files.size(image)));
    }
}
