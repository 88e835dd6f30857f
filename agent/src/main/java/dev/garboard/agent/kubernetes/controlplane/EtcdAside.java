package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.Trees;
import dev.garboard.agent.linux.FileSystemSpace;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.v1.NodeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data of a member that was taken out of its way, below {@code aside/TIME} in the same file system, or {@code aside/TIME-never-voted}: that is what
 * a start that failed leaves, and it never pushes out data that had a part in the cluster. Of each of the two kinds two are kept, for a week after
 * they were set aside; where the disk has no room for another member's worth of data, all but the last that voted go at once.
 */
final class EtcdAside {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");
    private static final int KEPT = 2;
    private static final String NEVER_VOTED = "-never-voted";

    /** Long enough for a weekend and somebody to look. */
    static final Duration KEPT_FOR = Duration.ofDays(7);

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final InstantSource clock;
    private final LongSupplier freeBytes;

    EtcdAside(Path directory, InstantSource clock) {
        this(directory, clock, () -> FileSystemSpace.of(directory).freeBytes());
    }

    EtcdAside(Path directory, InstantSource clock, LongSupplier freeBytes) {
        this.directory = directory;
        this.clock = clock;
        this.freeBytes = freeBytes;
    }

    /**
     * Moves a directory here; an empty or absent one is nothing to keep.
     *
     * @param hasVoted whether a member with that data ever had a vote
     * @return in words, where it lies and when it may go; empty when there was nothing
     */
    String take(Path data, boolean hasVoted) throws IOException {
        if (isEmpty(data)) {
            return "";
        }
        Files.createDirectories(directory);
        var now = clock.instant();
        var place = directory.resolve(NAME.format(now) + (hasVoted ? "" : NEVER_VOTED));
        Files.move(data, place, StandardCopyOption.ATOMIC_MOVE);
        makeRoom(size(place));
        var where = Files.exists(place)
                ? "the former data lies in " + place + " until "
                        + now.plus(KEPT_FOR).truncatedTo(ChronoUnit.SECONDS)
                        + ", longer if this member does not vote by then"
                : "the former data, with which this member never voted, is deleted: there is room for no more than "
                        + all().getFirst();
        LOG.warn("{}", where);
        return where;
    }

    /** Deletes what is older than a week. To be called only where the member votes: it has all that the others have. */
    void expire() throws IOException {
        var oldest = clock.instant().minus(KEPT_FOR);
        for (var one : all()) {
            if (time(one).isBefore(oldest)) {
                delete(one);
            }
        }
    }

    /** Deletes all: the node has left the cluster that it is of. */
    void forget() throws IOException {
        for (var one : all()) {
            delete(one);
        }
    }

    /** What is kept, the oldest first. */
    NodeMessage.EtcdAside kept() throws IOException {
        var kept = NodeMessage.EtcdAside.newBuilder();
        for (var one : all()) {
            kept.addData(NodeMessage.EtcdAside.Data.newBuilder()
                    .setPath(one.toString())
                    .setSince(ServiceMessages.timestamp(time(one)))
                    .setBytes(size(one))
                    .setUntil(ServiceMessages.timestamp(time(one).plus(KEPT_FOR))));
        }
        return kept.build();
    }

    private void makeRoom(long wanted) throws IOException {
        var voted = new ArrayList<Path>();
        var never = new ArrayList<Path>();
        for (var one : all()) {
            (one.toString().endsWith(NEVER_VOTED) ? never : voted).add(one);
        }
        while (voted.size() > KEPT) {
            delete(voted.removeFirst());
        }
        // The first may be of a restore, or older than the note of a vote; after it comes what failed starts left.
        while (never.size() > KEPT) {
            delete(never.remove(1));
        }
        while (voted.size() + never.size() > 1 && freeBytes.getAsLong() < wanted) {
            delete(never.isEmpty() ? voted.removeFirst() : never.removeLast());
        }
    }

    private static void delete(Path one) throws IOException {
        LOG.info("{} is deleted", one);
        Trees.empty(one);
        Files.deleteIfExists(one);
    }

    /** The oldest first; what is not named by a time is nothing of ours. */
    private List<Path> all() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var found = Files.list(directory)) {
            return found.filter(one -> !time(one).equals(Instant.MAX)).sorted().toList();
        }
    }

    private static Instant time(Path one) {
        try {
            var name = one.getFileName().toString();
            return NAME.parse(
                    name.endsWith(NEVER_VOTED) ? name.substring(0, name.length() - NEVER_VOTED.length()) : name,
                    Instant::from);
        } catch (DateTimeParseException foreign) {
            return Instant.MAX;
        }
    }

    private static boolean isEmpty(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return true;
        }
        try (var content = Files.list(data)) {
            return content.findAny().isEmpty();
        }
    }

    private static long size(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            return files.mapToLong(
                            file -> Files.isRegularFile(file) ? file.toFile().length() : 0)
                    .sum();
        }
    }
}
