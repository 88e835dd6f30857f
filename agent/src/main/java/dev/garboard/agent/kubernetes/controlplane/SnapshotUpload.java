package dev.garboard.agent.kubernetes.controlplane;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.kubernetes.ProgramCall;
import dev.garboard.agent.linux.Children;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreResponse;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.trust.Sha256;
import io.grpc.Status;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A snapshot on its way to this node. When it is here it is checked, and the data of the new member is made of it, so that nothing of that
 * can fail any more once etcd is stopped.
 */
public final class SnapshotUpload implements AutoCloseable {

    /** Watchers and controllers remember revisions; after a restore none that they have seen may come again with other content. */
    private static final String BUMP = "1000000000";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Children children;
    private final BundleShelf shelf;
    private final EtcdRestore restore;
    private final Etcd document;
    private final EtcdRestorePlan plan;
    private final Path snapshot;
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.digest();
    private long received;
    private boolean prepared;

    SnapshotUpload(Children children, BundleShelf shelf, EtcdRestore restore, Etcd document, EtcdRestorePlan plan)
            throws IOException {
        this.children = children;
        this.shelf = shelf;
        this.restore = restore;
        this.document = document;
        this.plan = plan;
        restore.requireIdle();
        requireRoom(restore.files().begin(plan.getToken()));
        this.snapshot = restore.files().snapshot(plan.getToken());
        this.channel = FileChannel.open(
                snapshot,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** The snapshot itself, and the data that is made of it. */
    private void requireRoom(Path place) throws IOException {
        long room = Files.getFileStore(place).getUsableSpace();
        if (room < 2 * plan.getBytes()) {
            throw KubernetesCalls.refusal("the snapshot has " + plan.getBytes() + " bytes and needs twice as many, but "
                    + place.getParent() + " has room for " + room + "; give the machine a larger disk");
        }
    }

    /** The next part. */
    public void take(ByteString data) throws IOException {
        received += data.size();
        if (received > plan.getBytes()) {
            throw invalid("the snapshot has more than the " + plan.getBytes() + " bytes that were announced");
        }
        digest.update(data.asReadOnlyByteBuffer());
        for (var buffer = data.asReadOnlyByteBuffer(); buffer.hasRemaining(); ) {
            channel.write(buffer);
        }
    }

    /** Everything is here. */
    public EtcdRestoreResponse finish() throws IOException, InterruptedException {
        channel.force(true);
        channel.close();
        var found = Sha256.hex(digest);
        if (received != plan.getBytes() || !found.equals(plan.getSha256())) {
            throw invalid("the snapshot arrived with " + received + " bytes and the SHA-256 " + found + ", expected "
                    + plan.getBytes() + " and " + plan.getSha256() + "; try again");
        }
        var bundle = shelf.require();
        var tool = bundle.program("etcdutl");
        if (!Files.isExecutable(tool)) {
            throw KubernetesCalls.refusal("the bundle " + bundle.name()
                    + " has no etcdutl; import Kubernetes again with etcdutl beside etcd: garboard kubernetes import");
        }
        var call = new ProgramCall(children, bundle.environment());
        try {
            var said = call.output(LIMIT, tool.toString(), "snapshot", "status", snapshot.toString(), "-w", "json");
            // It may log something, too.
            var status = JsonMapper.shared()
                    .readTree(said.lines()
                            .filter(line -> line.contains("\"totalKey\""))
                            .findFirst()
                            .orElseThrow(() -> new IOException("etcdutl says no more of it than: " + said)));
            call.run(LIMIT, restoreCommand(tool).toArray(String[]::new));
            Files.delete(snapshot);
            restore.prepared(plan.getToken());
            prepared = true;
            return EtcdRestoreResponse.newBuilder()
                    .setRevision(status.path("revision").asLong())
                    .setKeys(status.path("totalKey").asLong())
                    .build();
        } catch (IOException | JacksonException bad) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("this is no good snapshot: " + bad.getMessage()
                            + "; expected a file that `garboard cluster etcd snapshot` or `etcdctl snapshot"
                            + " save` has written")
                    .withCause(bad)
                    .asRuntimeException();
        }
    }

    private List<String> restoreCommand(Path tool) {
        var members = plan.getMembersList().stream()
                .map(member -> member.getName() + "=" + peerUrl(member.getAddress()))
                .sorted()
                .collect(Collectors.joining(","));
        return List.of(
                tool.toString(),
                "snapshot",
                "restore",
                snapshot.toString(),
                "--name=" + document.memberName(),
                "--data-dir=" + restore.files().data(plan.getToken()),
                "--initial-cluster=" + members,
                "--initial-cluster-token=" + plan.getToken(),
                "--initial-advertise-peer-urls=" + EtcdSettings.peerUrl(document.address()),
                "--bump-revision=" + BUMP,
                "--mark-compacted");
    }

    private static String peerUrl(String address) {
        return "https://" + address + ":" + EtcdSettings.PEER_PORT;
    }

    /** Ends it; what did not become a prepared restore is deleted. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!prepared) {
            restore.files().discard(plan.getToken());
        }
    }

    static RuntimeException invalid(String message) {
        return Status.INVALID_ARGUMENT.withDescription(message).asRuntimeException();
    }
}
