package dev.garboard.cli;

import dev.garboard.agentapi.v1.EtcdSnapshotRequest;
import dev.garboard.agentapi.v1.EtcdSnapshotResponse;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import dev.garboard.trust.Sha256;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Saves a snapshot of etcd: whole, checked and readable by its owner only, or not at all. */
final class EtcdSnapshotFile {

    /** How long a snapshot may take. */
    static final int SECONDS = 600;

    private EtcdSnapshotFile() {}

    /** What was saved. */
    record Saved(long bytes, String sha256) {}

    static Saved save(KubernetesServiceBlockingV2Stub node, Path file) throws StatusException, InterruptedException {
        var part = file.resolveSibling(file.getFileName() + ".part");
        try {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Files.deleteIfExists(part);
            var saved = receive(node.etcdSnapshot(EtcdSnapshotRequest.getDefaultInstance()), part);
            Files.move(part, file);
            return saved;
        } catch (FileAlreadyExistsException exists) {
            throw new CommandException(ExitCode.USAGE, file + " exists; name a new file", exists);
        } catch (IOException failed) {
            throw new CommandException(ExitCode.FAILED, file + " cannot be written: " + failed.getMessage(), failed);
        } finally {
            delete(part);
        }
    }

    private static Saved receive(BlockingClientCall<?, EtcdSnapshotResponse> stream, Path part)
            throws IOException, StatusException, InterruptedException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var digest = Sha256.digest();
        long bytes = 0;
        var said = "";
        try (var channel =
                FileChannel.open(part, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), owner)) {
            for (var message = stream.read(); message != null; message = stream.read()) {
                var data = message.getData();
                digest.update(data.asReadOnlyByteBuffer());
                bytes += data.size();
                for (var buffer = data.asReadOnlyByteBuffer(); buffer.hasRemaining(); ) {
                    channel.write(buffer);
                }
                said = message.getSha256();
            }
            channel.force(true);
        }
        var found = Sha256.hex(digest);
        if (!found.equals(said)) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "the snapshot is not whole: its SHA-256 is " + found + ", the node said "
                            + (said.isEmpty() ? "none" : said) + "; try again");
        }
        return new Saved(bytes, found);
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException stays) {
            // It is no snapshot by its name, and the next attempt removes it.
        }
    }
}
