package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.image.ImageManifest.Role;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {

    private static ReleaseKey key;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeKey(@TempDir Path scratch) throws IOException {
        key = SampleImage.releaseKey(scratch, "ours");
    }

    @Test
    void servesTheFilesOfAnImportedImageByTheirDigest() throws IOException {
        var image = SampleImage.write(directory.resolve("image"), key);
        var store = new ImageStore(directory.resolve("store"));

        var imported = store.importFrom(image.directory(), key.certificate());

        var kernel = store.file(imported.manifest().file(Role.KERNEL).sha256()).orElseThrow();
        assertEquals("a kernel", Files.readString(kernel));
        assertEquals("CN=Garboard release key of ours", imported.signer());
        assertEquals(List.of(imported), store.list());
        assertEquals(Optional.of(imported), store.find("lab-1"));
    }

    @Test
    void takesTheSameImageTwice() throws IOException {
        var image = SampleImage.write(directory.resolve("image"), key);
        var store = new ImageStore(directory.resolve("store"));

        var first = store.importFrom(image.directory(), key.certificate());
        var second = store.importFrom(image.directory(), key.certificate());

        assertEquals(first, second);
        assertEquals(1, store.list().size());
    }

    @Test
    void isAsItWasAfterARefusal() throws IOException {
        var image = SampleImage.write(directory.resolve("image"), key);
        image.flip("kernel", 0);
        var store = new ImageStore(directory.resolve("store"));

        assertThrows(ImageRefusedException.class, () -> store.importFrom(image.directory(), key.certificate()));

        assertEquals(List.of(), store.list());
        try (Stream<Path> left = Files.walk(directory.resolve("store"))) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void doesNotKeepWhatChangesAfterTheImport() throws IOException {
        var image = SampleImage.write(directory.resolve("image"), key);
        var store = new ImageStore(directory.resolve("store"));
        var imported = store.importFrom(image.directory(), key.certificate());

        image.flip("kernel", 0);

        var kernel = store.file(imported.manifest().file(Role.KERNEL).sha256()).orElseThrow();
        assertEquals("a kernel", Files.readString(kernel));
    }

    @Test
    void hasNothingUnderANameThatIsNoDigest() {
        var store = new ImageStore(directory.resolve("store"));

        assertTrue(store.file("../manifests/lab-1.json").isEmpty());
        assertTrue(store.file("A".repeat(64)).isEmpty());
    }
}
