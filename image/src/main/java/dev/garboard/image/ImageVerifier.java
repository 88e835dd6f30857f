package dev.garboard.image;

import dev.garboard.image.ImageManifest.Role;
import dev.garboard.image.ImageRefusedException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

/** Decides whether an image directory holds what was signed. */
public final class ImageVerifier {

    private final X509Certificate trusted;

    /**
     * Makes a verifier.
     *
     * @param trusted the release certificate whose images are accepted
     */
    public ImageVerifier(X509Certificate trusted) {
        this.trusted = trusted;
    }

    /**
     * Checks signature, sizes, digests, and that kernel, initramfs and root belong together.
     *
     * @throws ImageRefusedException with the reason and the file
     */
    public ImageManifest verify(Path directory) {
        var image = new ImageDirectory(directory);
        var manifest = verifyManifest(image.manifest(), image.signature());
        try {
            for (var role : Role.values()) {
                verifyFile(image.file(role), manifest.file(role));
            }
            verifyRoot(manifest, image.file(Role.INITRAMFS), image.file(Role.ROOT));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(
                    "the image in " + directory + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        return manifest;
    }

    /** The manifest, read only after its signature was found right. */
    ImageManifest verifyManifest(byte[] manifest, byte[] signature) {
        ManifestSignature.verify(manifest, signature, trusted);
        return ImageDirectory.parse(manifest);
    }

    static void verifyFile(Path file, ImageManifest.File expected) throws IOException {
        verifyFile(file, expected, file.getFileName().toString());
    }

    /**
     * Checks one file.
     *
     * @param name what the file is called in messages
     */
    static void verifyFile(Path file, ImageManifest.File expected, String name) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new ImageRefusedException(Reason.MISSING_FILE, "the image has no file " + name + " (" + file + ")");
        }
        long size = Files.size(file);
        if (size != expected.size()) {
            throw new ImageRefusedException(
                    Reason.WRONG_SIZE,
                    name + " has " + size + " bytes, expected " + expected.size()
                            + (size < expected.size() ? "; the download was cut short, fetch it again" : ""));
        }
        var found = Digest.of(file);
        if (!found.equals(expected.sha256())) {
            throw new ImageRefusedException(
                    Reason.WRONG_DIGEST, name + " was changed: SHA-256 " + found + ", expected " + expected.sha256());
        }
    }

    /** A signed image can still be put together wrongly; such a one would be refused by every node, so it is refused here. */
    static void verifyRoot(ImageManifest manifest, Path initramfs, Path root) throws IOException {
        var carried = Initramfs.rootHash(initramfs);
        if (!carried.equals(manifest.rootHash())) {
            throw new ImageRefusedException(
                    Reason.INCONSISTENT,
                    "the initramfs carries the root hash " + carried + ", the manifest says " + manifest.rootHash());
        }
        var computed = rootHash(root);
        if (!computed.equals(manifest.rootHash())) {
            throw new ImageRefusedException(
                    Reason.INCONSISTENT,
                    "the file system in root.cpio has the root hash " + computed + ", the manifest says "
                            + manifest.rootHash());
        }
    }

    private static String rootHash(Path root) throws IOException {
        var entry = RootImage.entry(root);
        return VerityTree.recompute(root, entry.offset(), entry.size());
    }
}
