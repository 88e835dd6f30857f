package dev.garboard.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as everybody here writes it: 64 lower-case hexadecimal digits. The one place that asks the runtime for it. */
public final class Sha256 {

    private static final int BUFFER = 1 << 16;

    private Sha256() {}

    /** A digest that has seen nothing yet. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    /** The digits of what a digest has seen, which begins anew. */
    public static String hex(MessageDigest seen) {
        return HexFormat.of().formatHex(seen.digest());
    }

    /** The digits of some bytes. */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    /** The digits of a file, read piece by piece. */
    public static String of(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var digest = digest();
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return hex(digest);
        }
    }
}
