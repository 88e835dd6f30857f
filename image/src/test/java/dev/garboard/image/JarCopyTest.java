package dev.garboard.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarCopyTest {

    @TempDir
    private Path directory;

    @Test
    void aSignedJarLosesItsSignatureAndTheDigestsInItsManifest() throws IOException {
        var jar = directory.resolve("signed.jar");
        write(
                jar,
                "META-INF/MANIFEST.MF",
                "Manifest-Version: 1.0\r\nBundle-Name: x\r\n\r\nName: A.class\r\nSHA-256-Digest: AAAA\r\n\r\n",
                "META-INF/X.SF",
                "signature",
                "META-INF/X.RSA",
                "signature",
                "A.class",
                "class");

        JarCopy.unsign(directory);

        try (var unsigned = new JarFile(jar.toFile())) {
            assertEquals(
                    List.of("META-INF/MANIFEST.MF", "A.class"),
                    unsigned.stream().map(ZipEntry::getName).toList());
            assertEquals("x", unsigned.getManifest().getMainAttributes().getValue("Bundle-Name"));
            assertEquals(0, unsigned.getManifest().getEntries().size());
        }
    }

    @Test
    void anyOtherJarStaysAsItIs() throws IOException {
        var jar = directory.resolve("plain.jar");
        write(
                jar,
                "META-INF/MANIFEST.MF",
                "Manifest-Version: 1.0\r\n\r\nName: a/\r\nSealed: true\r\n\r\n",
                "A.class",
                "class");
        var before = Files.readAllBytes(jar);

        JarCopy.unsign(directory);

        assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(jar)));
        try (var files = new ZipFile(jar.toFile())) {
            assertEquals(2, files.size());
        }
    }

    private static void write(Path jar, String... namesAndTexts) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndTexts[i]));
                out.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
    }
}
