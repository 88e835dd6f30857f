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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data of a member that was taken out of its way, below {@code aside/TIME} in the same file system. The newest two are kept, for a week after
 * they were set aside; the older of two goes at once where the disk has no room for another member's worth of data.
 */
final class EtcdAside {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");
    private static final int KEPT = 2;

    /** Long enough for a weekend and somebody to look. */
    static final Duration KEPT_FOR = Duration.ofDays(7);

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final InstantSource clock;

    EtcdAside(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * Moves a directory here; an empty or absent one is nothing to keep.
     *
     * @return in words, where it lies and when it may go; empty when there was nothing
     */
    String take(Path data) throws IOException {
        if (isEmpty(data)) {
            return "";
        }
        Files.createDirectories(directory);
        var now = clock.instant();
        var place = directory.resolve(NAME.format(now));
        Files.move(data, place, StandardCopyOption.ATOMIC_MOVE);
        makeRoom(size(place));
        var where = "the former data lies in " + place + " until "
                + now.plus(KEPT_FOR).truncatedTo(ChronoUnit.SECONDS) + ", longer if this member does not vote by then";
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
        var kept = new ArrayList<>(all());
        while (kept.size() > KEPT
                || (kept.size() > 1 && FileSystemSpace.of(directory).freeBytes() < wanted)) {
            delete(kept.removeFirst());
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
            return NAME.parse(one.getFileName().toString(), Instant::from);
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
