package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedImageTest {

    @TempDir
    Path directory;

    @Test
    void holdsTheFileSystemTheCertificatesAndTheDescription() throws IOException {
        var content = content();
        var root = rootArchive(content);
        var description = "root=" + root.rootHash() + "\noffset=" + root.offset() + "\nfs=erofs\n";
        writeInitramfs(description);

        var unpacked = unpack();

        assertEquals(description, unpacked.description());
        var fileSystem = Files.readAllBytes(unpacked.root());
        assertTrue(Arrays.equals(content, Arrays.copyOf(fileSystem, content.length)));
        assertEquals("the site's", Files.readString(unpacked.certificates().resolve("site-ca.crt")));
    }

    @Test
    void isRefusedWhenABitOfTheRootChanged() throws IOException {
        writeInitramfs("root=" + rootArchive(content()).rootHash() + "\n");
        var archive = directory.resolve("root.cpio");
        var bytes = Files.readAllBytes(archive);
        bytes[5000] ^= 1;
        Files.write(archive, bytes);

        var refused = assertThrows(ImageRefusedException.class, this::unpack);

        assertEquals(ImageRefusedException.Reason.INCONSISTENT, refused.reason());
    }

    @Test
    void isRefusedWhenTheInitramfsNamesNoRoot() throws IOException {
        rootArchive(content());
        writeInitramfs("fs=erofs\n");

        assertThrows(ImageRefusedException.class, this::unpack);
    }

    private UnpackedImage unpack() {
        return UnpackedImage.unpack(
                directory.resolve("initramfs"), directory.resolve("root.cpio"), directory.resolve("out"));
    }

    private static byte[] content() {
        var content = new byte[40 * VerityTree.BLOCK];
        new Random(7).nextBytes(content);
        return content;
    }

    private VerityTree rootArchive(byte[] content) throws IOException {
        var image = directory.resolve("image");
        Files.write(image, content);
        var verity = VerityTree.append(image);
        RootImage.wrap(image, directory.resolve("root.cpio"), 1);
        return verity;
    }

    private void writeInitramfs(String description) throws IOException {
        try (var cpio =
                new NewcArchive(new ZstdOutputStream(Files.newOutputStream(directory.resolve("initramfs"))), 1)) {
            cpio.file("init", 0755, new byte[10]);
            cpio.file(Initramfs.VERITY, 0444, description.getBytes(StandardCharsets.US_ASCII));
            cpio.file("etc/garboard/site-ca.crt", 0444, "the site's".getBytes(StandardCharsets.US_ASCII));
            cpio.file("etc/garboard/secret.key", 0444, new byte[5]);
        }
    }
}
