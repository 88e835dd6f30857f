package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was observed of a machine.
 *
 * @param phase {@code Discovered}, {@code Booting}, {@code Pending}, {@code Enrolled}, {@code Ready}, {@code Lost},
 *     {@code Rebooting}, {@code Off} or {@code Rejected}
 * @param identity fused from everything seen so far
 * @param facts hardware as JSON-shaped data (the machine API's Hardware message in its JSON form)
 * @param address of the machine API, without port
 * @param bootSession the latest one
 * @param stateDisk the disk that the node used when it was last heard of; null when it never used one, or was reset
 * @param diskOrder what the server has made of {@code spec.stateDisk.overwrite}; null when there is nothing to overwrite
 * @param config what NodeConfigs and the machine's own spec make of it; null while nothing is declared
 * @param documents what the node made of its configuration documents in this boot
 */
public record MachineStatus(
        @Default("Discovered") String phase,
        @Default("{}") MachineIdentity identity,
        Map<String, Object> facts,
        @Nullable String address,
        @Default("0") int apiPort,
        @Nullable String bootSession,
        @Nullable String agentVersion,
        @Nullable String image,
        @Nullable String kernelRelease,
        @Nullable Instant lastSeen,
        @Nullable Instant certificateNotAfter,
        @Nullable StateDisk stateDisk,
        @Nullable DiskOrder diskOrder,
        @Nullable Config config,
        List<Document> documents,
        List<Condition> conditions) {

    public MachineStatus {
        documents = List.copyOf(documents);
        facts = Map.copyOf(facts);
        conditions = List.copyOf(conditions);
    }

    /** To change some of it. */
    public MachineStatusEdit edit() {
        return new MachineStatusEdit(this);
    }

    /** With other conditions, and all else as it is. */
    public MachineStatus withConditions(List<Condition> others) {
        return edit().conditions(others).done();
    }

    public static MachineStatus unseen() {
        return new MachineStatus(
                "Discovered",
                MachineIdentity.none(),
                Map.of(),
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of());
    }

    /** With another order to overwrite a disk, or none, and all else as it is. */
    public MachineStatus withDiskOrder(@Nullable DiskOrder other) {
        return edit().diskOrder(other).done();
    }

    /** With another configuration and the conditions that go with it, and all else as it is. */
    public MachineStatus withConfig(@Nullable Config other, List<Condition> itsConditions) {
        return edit().config(other).conditions(itsConditions).done();
    }

    /** As it is, seen at that time. */
    public MachineStatus withLastSeen(Instant time) {
        return edit().lastSeen(time).done();
    }

    /**
     * Where the machine's data lies.
     *
     * @param device the kernel's name for the disk in that boot
     * @param serial null when the disk has none
     * @param wwid null when the disk has none
     * @param sizeBytes of the disk
     * @param fileSystem UUID of the file system on it, in lower case
     * @param since when this file system was first heard of
     */
    public record StateDisk(
            String device,
            @Nullable String serial,
            @Nullable String wwid,
            long sizeBytes,
            String fileSystem,
            Instant since) {}

    /**
     * That a disk is overwritten once.
     *
     * @param disk as {@code spec.stateDisk} named it
     * @param serial of the disk; null when it has none, or the machine had no such disk when the order was made
     * @param wwid of the disk; null likewise
     * @param fileSystem UUID that the new file system gets: by it the order is known to be carried out
     * @param until from then on it is no order any more
     */
    public record DiskOrder(
            String disk, @Nullable String serial, @Nullable String wwid, String fileSystem, Instant until) {}

    /**
     * What the machine is to be, as documents that a person can see with {@code garboard machine config}.
     *
     * @param digest of the set that the node is told, SHA-256 in hexadecimal digits
     * @param appliedDigest of the set that the node said last it has applied; null before it did
     * @param nodeConfigs names of the NodeConfigs that the set comes from, the strongest last
     * @param since when this set was decided on
     */
    public record Config(String digest, @Nullable String appliedDigest, List<String> nodeConfigs, Instant since) {

        public Config {
            nodeConfigs = List.copyOf(nodeConfigs);
        }
    }

    /**
     * How far the node is with one of its configuration documents, as it said last.
     *
     * @param desiredRevision that the server wants; 0 when the document is to be removed
     * @param appliedRevision the last one that was applied and holds; 0 when none
     * @param failedRevision the last one that could not be applied; 0 when none
     * @param message why it failed, or what it waits for; empty otherwise
     */
    public record Document(
            String kind,
            String name,
            @Default("0") long desiredRevision,
            @Default("0") long appliedRevision,
            @Default("0") long failedRevision,
            @Default("") String message) {

        /** Whether nobody declares it any more and the node has it all the same. */
        public boolean isUndeclared() {
            return desiredRevision == 0 && appliedRevision > 0;
        }
    }
}
