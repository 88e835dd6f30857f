package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agentapi.etcd.StatusResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is wrong with a member, in words for its operator: the cause, and what helps. */
final class EtcdFaults {

    private static final String RESTORE = "garboard cluster etcd restore CLUSTER SNAPSHOT";

    /** What etcd 3.6 and its database say before they end, if what they find on the disk makes no sense to them. */
    private static final List<String> DAMAGE = List.of(
            "invalid database",
            "failed to open database",
            "Page expected to be",
            "page already freed",
            "invalid freelist",
            "fatal error: fault",
            "unexpected fault address",
            "crc mismatch",
            "cannot use none as id",
            "Was the raft log corrupted, truncated, or lost",
            "failed to recover v3 backend from snapshot",
            "found data inconsistency with peers",
            "wal: file not found",
            "\"error\":\"proto: ",
            "wal: slice bounds out of range",
            "unexpected EOF");

    private static final String DISK_FULL = "no space left on device";

    private EtcdFaults() {}

    /** That the data of a member is damaged. */
    static Optional<String> damage(String lastWords) {
        return DAMAGE.stream().filter(lastWords::contains).findFirst().map(EtcdFaults::damaged);
    }

    /** That a member without others neither ends nor serves: its log ends before its database does. */
    static String logTooShort() {
        return damaged("it does not get through its own log");
    }

    private static String damaged(String found) {
        return "the data of this member of etcd is damaged (" + found
                + ") and was not replaced by that of two others that agree; bring those back, or restore a snapshot: "
                + RESTORE
                + ". See its words: garboard node MACHINE logs etcd";
    }

    /** That a member's data is gone and that nobody else has any. */
    static String missing(Path data) {
        return data
                + " holds no data of etcd, although this cluster was founded, and there is no other member that has"
                + " any; restore"
                + " a snapshot:"
                + " " + RESTORE + ". If its disk is only not mounted, mount it and boot the machine again";
    }

    /** That the disk below a member is full. */
    static Optional<String> diskFull(String lastWords) {
        return lastWords.contains(DISK_FULL)
                ? Optional.of("the disk of etcd is full (" + DISK_FULL
                        + "); give the machine a larger one, or take away what fills it, and boot it again")
                : Optional.empty();
    }

    /** That no majority runs. */
    static String noLeader(List<String> silent) {
        return "waits for etcd: it has no leader, a majority of the members must run"
                + (silent.isEmpty()
                        ? ""
                        : "; no answer from " + String.join(", ", silent)
                                + ". Bring those machines back; if their data is lost, restore a snapshot: " + RESTORE);
    }

    /** What a member that serves says against itself or the others. */
    static Optional<String> complaint(StatusResponse status) {
        var errors = String.join(", ", status.getErrorsList());
        if (errors.contains("NOSPACE")) {
            return Optional.of(
                    "etcd's database is full and takes no write (alarm NOSPACE, " + (status.getDbSize() >> 20)
                            + " MiB); delete what is not needed any more, then: garboard cluster etcd defragment"
                            + " CLUSTER, and garboard cluster etcd alarms CLUSTER --disarm");
        }
        if (errors.contains("CORRUPT")) {
            return Optional.of("the members of etcd hold different data (alarm CORRUPT: " + errors
                    + "); take the member that differs out: garboard cluster etcd remove CLUSTER MEMBER. It keeps its data"
                    + " aside and joins anew by itself. Or restore a snapshot: " + RESTORE);
        }
        return errors.isEmpty() ? Optional.empty() : Optional.of("etcd says: " + errors);
    }
}
