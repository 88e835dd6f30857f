package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.image.ImageRefusedException.Reason;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageVerifierTest {

    private static ReleaseKey key;
    private static ReleaseKey otherKey;

    @TempDir
    Path directory;

    private SampleImage image;

    @BeforeAll
    static void makeKeys(@TempDir Path scratch) throws IOException {
        key = SampleImage.releaseKey(scratch, "ours");
        otherKey = SampleImage.releaseKey(scratch, "theirs");
    }

    @BeforeEach
    void writeImage() throws IOException {
        image = SampleImage.write(directory, key);
    }

    @Test
    void acceptsWhatWasSigned() {
        var manifest = new ImageVerifier(key.certificate()).verify(directory);

        assertEquals("lab-1", manifest.name());
    }

    @Test
    void signsTheSameManifestWithTheSameBytes() {
        var manifest = "a manifest".getBytes(StandardCharsets.US_ASCII);

        assertArrayEquals(ManifestSignature.sign(manifest, key), ManifestSignature.sign(manifest, key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "initramfs", "root.cpio"})
    void refusesOneFlippedByte(String file) throws IOException {
        image.flip(file, 5);

        var refusal = refusal();

        assertEquals(Reason.WRONG_DIGEST, refusal.reason());
        assertTrue(message(refusal).startsWith(file + " was changed: SHA-256 "), message(refusal));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "initramfs", "root.cpio", "manifest.json", "manifest.json.p7s"})
    void refusesAnImageWithAFileMissing(String file) throws IOException {
        Files.delete(directory.resolve(file));

        var refusal = refusal();

        assertEquals(Reason.MISSING_FILE, refusal.reason());
        assertTrue(message(refusal).contains(file), message(refusal));
    }

    @Test
    void refusesATruncatedDownload() throws IOException {
        image.cut("root.cpio", 4000);

        var refusal = refusal();

        assertEquals(Reason.WRONG_SIZE, refusal.reason());
        assertEquals(
                "root.cpio has 4000 bytes, expected " + rootSize() + "; the download was cut short, fetch it again",
                refusal.getMessage());
    }

    @Test
    void refusesAnotherSignersImageAndNamesBoth() {
        var refusal = assertThrows(
                ImageRefusedException.class, () -> new ImageVerifier(otherKey.certificate()).verify(directory));

        assertEquals(Reason.WRONG_KEY, refusal.reason());
        assertTrue(
                message(refusal)
                        .matches("the image is signed by CN=Garboard release key of ours.*,"
                                + " trusted is CN=Garboard release key of theirs.*"),
                message(refusal));
    }

    @Test
    void refusesAManifestThatWasChangedAfterSigning() throws IOException {
        var manifest = directory.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"quiet\"", "\"init=/bin/sh\""));

        assertEquals(Reason.MANIFEST_CHANGED, refusal().reason());
    }

    @Test
    void refusesASignatureThatIsNone() throws IOException {
        Files.writeString(directory.resolve("manifest.json.p7s"), "trust me");

        assertEquals(Reason.SIGNATURE_UNREADABLE, refusal().reason());
    }

    @Test
    void refusesASignedFileThatIsNoManifest() throws IOException {
        image.sign("{\"formatVersion\": 1, \"surprise\": true}".getBytes(StandardCharsets.US_ASCII));

        assertEquals(Reason.MANIFEST_UNREADABLE, refusal().reason());
    }

    @Test
    void refusesAFormatOfTheFuture() throws IOException {
        image.sign("{\"formatVersion\": 2}".getBytes(StandardCharsets.US_ASCII));

        var refusal = refusal();

        assertEquals(Reason.UNSUPPORTED_FORMAT, refusal.reason());
        assertEquals(
                "the image manifest has format 2, this version of garboard knows 1; import it with a newer one",
                refusal.getMessage());
    }

    @Test
    void refusesAnInitramfsThatBelongsToAnotherRoot() throws IOException {
        image.sign(image.manifest("d".repeat(64)).bytes());

        assertEquals(Reason.INCONSISTENT, refusal().reason());
    }

    private ImageRefusedException refusal() {
        return assertThrows(ImageRefusedException.class, () -> new ImageVerifier(key.certificate()).verify(directory));
    }

    private static String message(Exception refusal) {
        return String.valueOf(refusal.getMessage());
    }

    private static long rootSize() {
        // 201 blocks, a superblock and a tree of 2 + 1 blocks; header and name fill 120 bytes, the trailer 124.
        long archive = 120 + 205L * VerityTree.BLOCK + 124;
        return (archive + 511) / 512 * 512;
    }
}
