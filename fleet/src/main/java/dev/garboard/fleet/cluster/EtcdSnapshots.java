package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdSnapshotRequest;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub;
import dev.garboard.inventory.ClusterSnapshot;
import dev.garboard.trust.Sha256;
import io.grpc.StatusException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Snapshots of etcd that the server keeps, in a directory that only its owner reads: they hold every secret of their cluster. A file of that
 * name is a whole snapshot, with its SHA-256 beside it as {@code sha256sum} writes it.
 *
 * @param directory made at the first use
 */
record EtcdSnapshots(Path directory) {

    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final int DIGITS = 64;

    /** The snapshot of that name, if it was taken. */
    Optional<ClusterSnapshot> find(String name) throws IOException {
        var file = directory.resolve(name);
        var sum = directory.resolve(name + ".sha256");
        if (!Files.exists(file) || !Files.exists(sum)) {
            return Optional.empty();
        }
        var text = Files.readString(sum);
        return text.length() < DIGITS
                ? Optional.empty()
                : Optional.of(new ClusterSnapshot(file.toString(), text.substring(0, DIGITS), Files.size(file)));
    }

    /** Deletes all snapshots whose names begin so but the last ones by name; how many went. */
    int keepLast(String prefix, int number) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        List<String> names;
        try (var files = Files.list(directory)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix) && name.endsWith(".db"))
                    .sorted()
                    .toList();
        }
        var old = names.subList(0, Math.max(0, names.size() - number));
        for (var name : old) {
            Files.deleteIfExists(directory.resolve(name));
            Files.deleteIfExists(directory.resolve(name + ".sha256"));
        }
        return old.size();
    }

    /** Takes one from a node's member, whole or not at all. */
    ClusterSnapshot take(KubernetesServiceBlockingV2Stub node, String name)
            throws IOException, StatusException, InterruptedException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var part = directory.resolve(name + ".part");
        Files.deleteIfExists(part);
        try {
            var sha256 = receive(node, part);
            Files.writeString(
                    directory.resolve(name + ".sha256"),
                    sha256 + "  " + name + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            return find(name).orElseThrow(() -> new IOException(directory.resolve(name) + " vanished"));
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String receive(KubernetesServiceBlockingV2Stub node, Path part)
            throws IOException, StatusException, InterruptedException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var digest = Sha256.digest();
        var said = "";
        var stream = node.withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .etcdSnapshot(EtcdSnapshotRequest.getDefaultInstance());
        try (var channel =
                FileChannel.open(part, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), owner)) {
            for (var message = stream.read(); message != null; message = stream.read()) {
                digest.update(message.getData().asReadOnlyByteBuffer());
                for (var buffer = message.getData().asReadOnlyByteBuffer(); buffer.hasRemaining(); ) {
                    channel.write(buffer);
                }
                said = message.getSha256();
            }
            channel.force(true);
        }
        var found = Sha256.hex(digest);
        if (!found.equals(said)) {
            throw new IOException("the snapshot is not whole: its SHA-256 is " + found + ", the node said "
                    + (said.isEmpty() ? "none" : said));
        }
        return found;
    }
}
