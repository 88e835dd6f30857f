package dev.garboard.cli;

import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that a cluster is restored from. */
record RestoreSnapshot(Path file, long bytes, String sha256) {

    private static final int BUFFER = 1 << 16;

    static RestoreSnapshot of(Path file) {
        try (var in = Files.newInputStream(file)) {
            var digest = Sha256.digest();
            var buffer = new byte[BUFFER];
            long bytes = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
            return new RestoreSnapshot(file, bytes, Sha256.hex(digest));
        } catch (IOException unreadable) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + " cannot be read: " + unreadable
                            + "; name a file that `garboard cluster etcd snapshot` wrote",
                    unreadable);
        }
    }
}
