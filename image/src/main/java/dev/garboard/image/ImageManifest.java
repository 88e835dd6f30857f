package dev.garboard.image;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an image is. Its JSON has one form only, and the signature is over those bytes.
 *
 * @param name the image's name in the inventory: platform and version
 * @param buildId digest of everything that went into the root tree; the agent reports it
 * @param platform {@code lab} or {@code metal}
 * @param architecture Debian's name
 * @param kernelRelease as {@code uname -r} gives it
 * @param rootHash dm-verity root hash, 64 hex digits
 * @param commandLine kernel arguments that the image wants
 * @param builtAt the time that all files have; it comes from the packages, not from a clock
 * @param files kernel, initramfs and root
 * @param packages the bill of materials
 */
public record ImageManifest(
        int formatVersion,
        String name,
        String version,
        String buildId,
        String platform,
        String architecture,
        String kernelRelease,
        String rootHash,
        String commandLine,
        Instant builtAt,
        List<File> files,
        List<Component> packages) {

    static final int FORMAT = 1;
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    /** The roles of an image's files; each is also the file's name in an image directory. */
    public enum Role {
        KERNEL("kernel", "kernel"),
        INITRAMFS("initramfs", "initramfs"),
        ROOT("root", "root.cpio");

        private final String role;
        private final String fileName;

        Role(String role, String fileName) {
            this.role = role;
            this.fileName = fileName;
        }

        /** As in the manifest. */
        public String role() {
            return role;
        }

        /** As in an image directory. */
        public String fileName() {
            return fileName;
        }
    }

    public ImageManifest {
        files = List.copyOf(files);
        packages = List.copyOf(packages);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the image name \"" + name + "\" is not lower-case letters, digits, '.' and '-', at most 63");
        }
        if (!Digest.isDigest(rootHash)) {
            throw new IllegalArgumentException("rootHash is not 64 hex digits");
        }
        for (var role : Role.values()) {
            if (files.stream().filter(file -> file.role().equals(role.role())).count() != 1) {
                throw new IllegalArgumentException("there must be one file with the role " + role.role());
            }
        }
    }

    /** One file of the image, named by its content. */
    public record File(String role, String sha256, long size) {

        public File {
            if (!Digest.isDigest(sha256)) {
                throw new IllegalArgumentException("sha256 of " + role + " is not 64 hex digits");
            }
            if (size < 0) {
                throw new IllegalArgumentException("size of " + role + " is " + size);
            }
        }
    }

    /**
     * One thing that the image was made of.
     *
     * @param type {@code deb}, {@code jar}, {@code jdk} or {@code source}
     * @param sha256 of the file it came in; empty for the JDK
     */
    public record Component(String type, String name, String version, String sha256) {}

    /** The file of a role. */
    public File file(Role role) {
        return files.stream()
                .filter(file -> file.role().equals(role.role()))
                .findFirst()
                .orElseThrow();
    }

    /** The bytes that are signed. */
    byte[] bytes() {
        return Json.bytes(this);
    }
}
