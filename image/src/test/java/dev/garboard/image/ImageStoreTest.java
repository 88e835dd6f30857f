package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
    void anImageThatIsDamagedIsNamedAndHidesNoOther() throws IOException {
        var image = SampleImage.write(directory.resolve("image"), key);
        var store = new ImageStore(directory.resolve("store"));
        var imported = store.importFrom(image.directory(), key.certificate());
        var manifests = directory.resolve("store").resolve("manifests");
        Files.writeString(manifests.resolve("aaa.json"), "not JSON");
        Files.copy(manifests.resolve("lab-1.json"), manifests.resolve("lab-1-copy.json"));
        Files.copy(manifests.resolve("lab-1.json.p7s"), manifests.resolve("lab-1-copy.json.p7s"));
        Files.copy(manifests.resolve("lab-1.crt"), manifests.resolve("lab-1-copy.crt"));
        Files.createDirectory(manifests.resolve("folder.json"));

        var contents = store.contents();

        assertEquals(List.of(imported), contents.images());
        assertEquals(
                List.of("aaa", "folder", "lab-1-copy"),
                List.copyOf(contents.damaged().keySet()));
        contents.damaged()
                .values()
                .forEach(why -> assertTrue(why.endsWith("; delete that file and import the image again"), why));
        assertEquals(Optional.of(imported), store.find("lab-1"));
    }

    @Test
    void aStoreKeepsItsIdAndTwoStoresHaveTwo() {
        var id = new ImageStore(directory.resolve("store")).id();

        assertEquals(id, new ImageStore(directory.resolve("store")).id());
        assertNotEquals(id, new ImageStore(directory.resolve("other")).id());
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
