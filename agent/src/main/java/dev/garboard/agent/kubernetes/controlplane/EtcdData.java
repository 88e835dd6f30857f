package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.agent.linux.DurableFile;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.DocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an etcd member keeps between two starts, and which cluster that belongs to. */
final class EtcdData {

    private final Path directory;
    private final Path cluster;
    private final Path clusterId;
    private final EtcdAside aside;

    EtcdData(ControlPlanePaths paths) {
        this(paths, InstantSource.system());
    }

    EtcdData(ControlPlanePaths paths, InstantSource clock) {
        this.directory = paths.etcdData();
        this.cluster = paths.etcd().resolve("cluster");
        this.clusterId = clusterId(paths.etcd());
        this.aside = new EtcdAside(paths.etcd().resolve("aside"), clock);
    }

    /** The file that is there when the data below that directory had a vote. */
    static Path clusterId(Path etcd) {
        return etcd.resolve("cluster-id");
    }

    /** Whether the member has begun: etcd writes its log before anything else that counts. */
    boolean exists() {
        try (Stream<Path> log = Files.list(directory.resolve("member").resolve("wal"))) {
            return log.anyMatch(file -> file.toString().endsWith(".wal"));
        } catch (IOException absent) {
            return false;
        }
    }

    /**
     * Refuses data of another cluster: started with it, the member would bring that one back.
     *
     * @throws DocumentException when there is such data
     */
    void refuseOtherCluster(Etcd document) throws IOException {
        if (exists() && Files.exists(cluster)) {
            var found = Files.readString(cluster).strip();
            if (!found.equals(document.token())) {
                throw new DocumentException("Etcd/default: spec.token: " + directory + " holds data of the cluster \""
                        + found + "\", expected \"" + document.token()
                        + "\"; if that data is not needed any more, reset the node: garboard node"
                        + " MACHINE reset --disk DISK");
            }
        }
    }

    /** The token of the cluster that the data belongs to; empty when nobody noted it. */
    Optional<String> token() throws IOException {
        return Files.exists(cluster) ? Optional.of(Files.readString(cluster).strip()) : Optional.empty();
    }

    /** Makes an empty directory for a member that is about to begin. What lies there without a log is kept aside. */
    void prepare(Etcd document) throws IOException {
        aside.take(directory, hasVoted());
        delete();
        // etcd refuses a directory that others can read.
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        ConfigFile.write(cluster, document.token() + "\n");
    }

    /** Notes which cluster restored data belongs to. */
    void belongsTo(Etcd document) throws IOException {
        DurableFile.delete(clusterId);
        ConfigFile.write(cluster, document.token() + "\n");
    }

    /** Notes the identity that the member's cluster has for etcd: a restore gives it another one. */
    void isOf(String id) throws IOException {
        ConfigFile.write(clusterId, id + "\n");
    }

    /** The identity goes with the data that it was noted of, and a start that failed notes none. */
    private boolean hasVoted() {
        return Files.exists(clusterId);
    }

    /** The identity of the cluster that the data is of; empty when it never voted. */
    String clusterId() throws IOException {
        return Files.exists(clusterId) ? Files.readString(clusterId).strip() : "";
    }

    /**
     * Takes the data out of the member's way, and forgets whose it was. It is moved, not deleted: whoever decided that it is of no use may have
     * been wrong.
     *
     * @return where it lies now, and until when
     */
    String setAside() throws IOException {
        var where = aside.take(directory, hasVoted());
        Files.deleteIfExists(cluster);
        Files.deleteIfExists(clusterId);
        return where;
    }

    /** The member votes again: what was set aside long ago can go. */
    void expireAside() throws IOException {
        aside.expire();
    }

    /** What was set aside and is still there. */
    NodeMessage.EtcdAside aside() throws IOException {
        return aside.kept();
    }

    /** Forgets everything that was ever here: the node leaves its cluster. */
    void forget() throws IOException {
        aside.forget();
        delete();
    }

    /** Forgets what the member has; last of all whose it was, so that an end in between leaves no data that looks like nobody's. */
    void delete() throws IOException {
        if (Files.isDirectory(directory)) {
            List<Path> all;
            try (Stream<Path> walk = Files.walk(directory)) {
                all = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (var file : all) {
                DurableFile.delete(file);
            }
        }
        DurableFile.delete(cluster);
        DurableFile.delete(clusterId);
    }
}
