package dev.garboard.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Packs a root tree: EROFS, the verity tree behind it, and both as the one file {@code image} of a cpio archive. */
final class RootImage {

    static final String ENTRY = "image";

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private RootImage() {}

    /**
     * Makes the file system. The oldest kernel to boot it (6.1) has EROFS with lz4 only; 16 KiB clusters read fastest there.
     * Level 12 costs 11 s of processor time against 2.5 s, and saves a quarter of a percent.
     *
     * @param seed digest that the file system's UUID is made of
     */
    static VerityTree pack(Path tree, Path image, String seed, long epoch, Path log) throws IOException {
        Files.deleteIfExists(image);
        HostCommand.of(
                        log,
                        LIMIT,
                        HostTools.path("mkfs.erofs"),
                        "-T" + epoch,
                        "-U" + uuid(seed),
                        "-zlz4hc,9",
                        "-C16384",
                        "-x-1",
                        "--all-root",
                        // It runs where its log lies.
                        image.toAbsolutePath().toString(),
                        tree.toAbsolutePath().toString())
                .run();
        return VerityTree.append(image);
    }

    static void wrap(Path image, Path archive, long epoch) throws IOException {
        try (var cpio = new NewcArchive(new BufferedOutputStream(Files.newOutputStream(archive), 1 << 17), epoch)) {
            cpio.file(ENTRY, 0444, image);
        }
    }

    /** Where the image lies in its archive. */
    static NewcReader.Entry entry(Path archive) throws IOException {
        try (var reader = new NewcReader(new BufferedInputStream(Files.newInputStream(archive)))) {
            return reader.next()
                    .filter(found -> found.name().equals(ENTRY))
                    .orElseThrow(
                            () -> new IOException(archive.getFileName() + " does not start with the file " + ENTRY));
        }
    }

    private static String uuid(String seed) {
        return seed.substring(0, 8) + "-" + seed.substring(8, 12) + "-4" + seed.substring(13, 16) + "-8"
                + seed.substring(17, 20) + "-" + seed.substring(20, 32);
    }
}
