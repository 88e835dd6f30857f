package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.time.Instant;
import java.util.List;

/**
 * An imported, verified node image. Written by the import only.
 *
 * @param platform {@code lab} or {@code metal}
 * @param architecture Debian's name: {@code amd64}
 * @param rootHash dm-verity root hash, 64 hex digits
 * @param commandLine kernel arguments that the image wants, without those of one boot
 * @param signer subject of the release certificate, and its SHA-256 fingerprint
 * @param preferred what machines without an image of their own boot; at most one image is
 */
public record ImageSpec(
        String version,
        String platform,
        String architecture,
        String kernelRelease,
        String rootHash,
        @Default("") String commandLine,
        List<File> files,
        String signer,
        String signerFingerprint,
        Instant builtAt,
        @Default("false") boolean preferred) {

    public ImageSpec {
        files = List.copyOf(files);
    }

    /**
     * One content-addressed file.
     *
     * @param role {@code kernel}, {@code initramfs} or {@code root}
     * @param sha256 64 hex digits; also the file's name in the image store
     * @param size in bytes
     */
    public record File(String role, String sha256, long size) {}
}
