package dev.garboard.image;

import com.github.luben.zstd.ZstdOutputStream;
import dev.garboard.image.ImageManifest.Role;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A small image with everything that verifying looks at. Its kernel boots nothing. */
record SampleImage(Path directory, ReleaseKey key) {

    static ReleaseKey releaseKey(Path scratch, String site) throws IOException {
        return ReleaseKey.create(
                Files.createDirectories(scratch.resolve(site)),
                site,
                InstantSource.fixed(Instant.parse("2026-11-01T00:00:00Z")));
    }

    static SampleImage write(Path directory, ReleaseKey key) throws IOException {
        Files.createDirectories(directory);
        var fileSystem = directory.resolve("scratch");
        var content = new byte[200 * VerityTree.BLOCK + 77];
        new Random(1).nextBytes(content);
        Files.write(fileSystem, content);
        var verity = VerityTree.append(fileSystem);
        RootImage.wrap(fileSystem, directory.resolve("root.cpio"), 1);
        Files.delete(fileSystem);
        Files.writeString(directory.resolve("kernel"), "a kernel");
        try (var cpio =
                new NewcArchive(new ZstdOutputStream(Files.newOutputStream(directory.resolve("initramfs"))), 1)) {
            cpio.file("init", 0755, new byte[100]);
            cpio.file(
                    Initramfs.VERITY,
                    0444,
                    ("root=" + verity.rootHash() + "\nfs=erofs\n").getBytes(StandardCharsets.US_ASCII));
        }
        var image = new SampleImage(directory, key);
        image.sign(image.manifest(verity.rootHash()).bytes());
        return image;
    }

    ImageManifest manifest(String rootHash) throws IOException {
        var files = new ArrayList<ImageManifest.File>();
        for (var role : Role.values()) {
            var file = directory.resolve(role.fileName());
            files.add(new ImageManifest.File(role.role(), Digest.of(file), Files.size(file)));
        }
        return new ImageManifest(
                ImageManifest.FORMAT,
                "lab-1",
                "1",
                "b".repeat(64),
                "lab",
                "amd64",
                "6.1.0-56-cloud-amd64",
                rootHash,
                "quiet",
                Instant.parse("2026-11-01T00:00:00Z"),
                files,
                List.of(new ImageManifest.Component("deb", "libc6", "2.36-9", "c".repeat(64))));
    }

    void sign(byte[] manifest) throws IOException {
        Files.write(directory.resolve(ImageDirectory.MANIFEST), manifest);
        Files.write(directory.resolve(ImageDirectory.SIGNATURE), ManifestSignature.sign(manifest, key));
    }

    void flip(String file, long at) throws IOException {
        var bytes = Files.readAllBytes(directory.resolve(file));
        bytes[(int) at] ^= 1;
        Files.write(directory.resolve(file), bytes);
    }

    void cut(String file, int length) throws IOException {
        var bytes = Files.readAllBytes(directory.resolve(file));
        Files.write(directory.resolve(file), Arrays.copyOf(bytes, length));
    }
}
