package dev.garboard.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The file that a cluster is restored from. */
record RestoreSnapshot(Path file, long bytes, String sha256) {

    private static final int BUFFER = 1 << 16;

    static RestoreSnapshot of(Path file) {
        try (var in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[BUFFER];
            long bytes = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
            return new RestoreSnapshot(file, bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException unreadable) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + " cannot be read: " + unreadable
                            + "; name a file that `garboard cluster etcd snapshot` wrote",
                    unreadable);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
