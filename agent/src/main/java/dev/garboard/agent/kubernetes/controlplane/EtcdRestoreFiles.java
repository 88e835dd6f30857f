package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.agent.kubernetes.Trees;
import dev.garboard.agent.linux.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * What a node keeps of a restore, beside etcd's data: whatever ends in the middle of one, the next start finds how far it was.
 *
 * <ul>
 *   <li>{@code restore/state}: phase and token
 *   <li>{@code restore/TOKEN}: the snapshot, and the data that was made of it
 *   <li>{@code restored}: the token of the last restore that was completed
 *   <li>{@code replaced}: the data before it, until the restored member votes; also when another restore comes first
 * </ul>
 */
final class EtcdRestoreFiles {

    private static final String SNAPSHOT = "snapshot.db";
    private static final String DATA = "data";

    private final Path etcd;
    private final Path data;

    EtcdRestoreFiles(ControlPlanePaths paths) {
        this.etcd = paths.etcd();
        this.data = paths.etcdData();
    }

    /** How far a restore is on this node. */
    enum Phase {
        PREPARED,
        STOPPING,
        STOPPED,
        REPLACING
    }

    /** A restore that is under way. */
    record State(Phase phase, String token) {}

    /** The restore that is under way. */
    Optional<State> state() {
        try {
            var words = Files.readString(stateFile()).strip().split(" ", 2);
            return Optional.of(new State(Phase.valueOf(words[0]), words[1]));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | RuntimeException broken) {
            throw new IllegalStateException(
                    stateFile() + " is unreadable: " + broken.getMessage()
                            + "; a member that has others joins them anew without its disk's data: reset the node"
                            + " (garboard node MACHINE reset --disk DISK)",
                    broken);
        }
    }

    /** From here on that restore is the one that is under way; others that were brought are deleted. */
    void become(State state) throws IOException {
        ConfigFile.write(stateFile(), state.phase() + " " + state.token() + "\n");
        try (var all = Files.list(directory())) {
            for (var other : all.toList()) {
                if (Files.isDirectory(other) && !other.getFileName().toString().equals(state.token())) {
                    delete(other);
                }
            }
        }
    }

    /** An empty directory for a snapshot that is about to be brought. */
    Path begin(String token) throws IOException {
        var place = directory().resolve(token);
        delete(place);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(directory());
        return Files.createDirectory(place, owner);
    }

    Path snapshot(String token) {
        return directory().resolve(token).resolve(SNAPSHOT);
    }

    Path data(String token) {
        return directory().resolve(token).resolve(DATA);
    }

    /** Whether the data of that restore is there. */
    boolean isMade(String token) {
        return Files.isDirectory(data(token));
    }

    /** Deletes what was brought for a restore that is not to be. */
    void discard(String token) throws IOException {
        delete(directory().resolve(token));
    }

    /** Puts the restored data in the place of the present data. Ended in the middle, it goes on when it is called again. */
    void replace(String token) throws IOException {
        var made = data(token);
        if (Files.isDirectory(made)) {
            if (Files.isDirectory(data)) {
                takeAway();
            }
            DurableFile.move(made, data);
        }
    }

    /** Nothing is left to be done: from here on no start goes on with that restore. */
    void complete(String token) throws IOException {
        ConfigFile.write(restored(), token + "\n");
        forget();
    }

    /** What a restore has made that never came to a vote does not push out what was there before it: that may be the last good copy. */
    private void takeAway() throws IOException {
        if (Files.isDirectory(replaced()) && !Files.exists(EtcdData.clusterId(etcd))) {
            delete(data);
            return;
        }
        delete(replaced());
        DurableFile.move(data, replaced());
    }

    /** Deletes what was brought; the present data stays. */
    void forget() throws IOException {
        DurableFile.delete(stateFile());
        delete(directory());
    }

    /** Deletes the data from before the last restore. */
    void deleteReplaced() throws IOException {
        delete(replaced());
    }

    /** The token of the last restore that was completed here; empty when there was none. */
    String restoredToken() {
        try {
            return Files.readString(restored()).strip();
        } catch (NoSuchFileException none) {
            return "";
        } catch (IOException broken) {
            throw new IllegalStateException(restored() + " is unreadable: " + broken.getMessage(), broken);
        }
    }

    /** Deletes every trace: the node is no member any more. */
    void deleteAll() throws IOException {
        forget();
        deleteReplaced();
        DurableFile.delete(restored());
    }

    private static void delete(Path directory) throws IOException {
        Trees.empty(directory);
        Files.deleteIfExists(directory);
    }

    private Path directory() {
        return etcd.resolve("restore");
    }

    private Path stateFile() {
        return directory().resolve("state");
    }

    private Path restored() {
        return etcd.resolve("restored");
    }

    private Path replaced() {
        return etcd.resolve("replaced");
    }
}
