package dev.garboard.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * What a machine's own kernel would make of the files it booted: for machines that share the host's kernel and run the same image.
 *
 * @param root the file system, its verity tree behind it
 * @param certificates directory with the certificates of the initramfs
 * @param description the text of {@code /verity} in the initramfs, which stage-0 hands to the agent
 */
public record UnpackedImage(Path root, Path certificates, String description) {

    private static final Pattern CERTIFICATE = Pattern.compile("etc/garboard/([a-z0-9-]+\\.crt)");
    private static final int LARGEST = 64 * 1024;

    /**
     * Unpacks and checks.
     *
     * @param directory gets {@code root.erofs} and {@code garboard/}
     * @throws ImageRefusedException when the root is not the one that the initramfs names
     */
    public static UnpackedImage unpack(Path initramfs, Path rootArchive, Path directory) {
        try {
            var certificates = Files.createDirectories(directory.resolve("garboard"));
            var description = readInitramfs(initramfs, certificates);
            var expected = Initramfs.rootHash(description);
            var root = directory.resolve("root.erofs");
            var found = extractRoot(rootArchive, root);
            if (!found.equals(expected)) {
                throw new ImageRefusedException(
                        ImageRefusedException.Reason.INCONSISTENT,
                        "the root has the hash " + found + ", the initramfs expects "
                                + (expected.isEmpty() ? "none: it has no /verity" : expected));
            }
            return new UnpackedImage(root, certificates, description);
        } catch (IOException unreadable) {
            throw new ImageException("the image's files cannot be unpacked: " + unreadable.getMessage(), unreadable);
        }
    }

    private static String readInitramfs(Path initramfs, Path certificates) throws IOException {
        var description = "";
        try (InputStream file = Files.newInputStream(initramfs);
                var archive = new NewcReader(new BufferedInputStream(new ZstdInputStream(file)))) {
            for (var entry = archive.next(); entry.isPresent(); entry = archive.next()) {
                var name = entry.get().name();
                var certificate = CERTIFICATE.matcher(name);
                if (name.equals(Initramfs.VERITY)) {
                    description = new String(archive.content(entry.get(), LARGEST), StandardCharsets.US_ASCII);
                } else if (certificate.matches()) {
                    Files.write(certificates.resolve(certificate.group(1)), archive.content(entry.get(), LARGEST));
                }
            }
        }
        return description;
    }

    /** Copies the file system out of its archive and computes its root hash. */
    private static String extractRoot(Path archive, Path root) throws IOException {
        var entry = RootImage.entry(archive);
        try (var from = FileChannel.open(archive, StandardOpenOption.READ);
                var to = FileChannel.open(
                        root,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            long done = 0;
            while (done < entry.size()) {
                long copied = from.transferTo(entry.offset() + done, entry.size() - done, to);
                if (copied <= 0) {
                    throw new IOException(archive + " ends after " + done + " of " + entry.size() + " bytes");
                }
                done += copied;
            }
        }
        return VerityTree.recompute(archive, entry.offset(), entry.size());
    }
}
