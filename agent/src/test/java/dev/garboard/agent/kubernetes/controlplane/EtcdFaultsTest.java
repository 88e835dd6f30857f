package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.etcd.StatusResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdFaultsTest {

    /** The last words of etcd 3.6.16 over damaged data, as the agent keeps them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "etcd ended with exit code 2; it said: panic: failed to open database",
                "etcd ended with exit code 2; it said: fatal error: fault",
                "etcd ended with exit code 2; it said: panic: assertion failed: Page expected to be: 16, but self"
                        + " identifies as 18446744073709551599",
                "etcd ended with exit code 2; it said: panic: cannot use none as id",
                "etcd ended with exit code 1; it said: {\"level\":\"fatal\",\"msg\":\"discovery"
                        + " failed\",\"error\":\"walpb: crc mismatch: expected: 4f91770d",
                "etcd ended with exit code 1; it said: {\"level\":\"fatal\",\"msg\":\"discovery"
                        + " failed\",\"error\":\"proto: Record: illegal tag -537411828 (wire type 3294235588709)\""
            })
    void tellsDamage(String lastWords) {
        var told = EtcdFaults.damage(lastWords).orElse("");

        assertTrue(told.startsWith("the data of this member of etcd is damaged ("), told);
        assertTrue(told.contains("restore a snapshot: garboard cluster etcd restore CLUSTER SNAPSHOT"), told);
    }

    @Test
    void otherEndsAreNoDamage() {
        var taken = "etcd ended with exit code 1; it said: {\"level\":\"fatal\",\"msg\":\"discovery"
                + " failed\",\"error\":\"listen tcp 10.0.0.1:2380: bind: address already in use\"}";

        assertEquals(Optional.empty(), EtcdFaults.damage(taken));
        assertEquals(Optional.empty(), EtcdFaults.diskFull(taken));
    }

    @Test
    void namesWhatAlarmsMeanAndWhatHelps() {
        var full = StatusResponse.newBuilder()
                .setDbSize(2L << 30)
                .addErrors("memberID:10276657743932975437 alarm:NOSPACE ")
                .build();

        assertEquals(
                "etcd's database is full and takes no write (alarm NOSPACE, 2048 MiB); delete what is not needed any"
                        + " more, then: garboard cluster etcd defragment CLUSTER, and garboard cluster etcd alarms CLUSTER"
                        + " --disarm",
                EtcdFaults.complaint(full).orElse(""));
        assertEquals(Optional.empty(), EtcdFaults.complaint(StatusResponse.getDefaultInstance()));
    }

    @Test
    void namesThoseThatDoNotAnswer() {
        assertEquals(
                "waits for etcd: it has no leader, a majority of the members must run; no answer from cp2, cp3. Bring"
                        + " those machines back; if their data is lost, restore a snapshot: garboard cluster etcd restore"
                        + " CLUSTER SNAPSHOT",
                EtcdFaults.noLeader(List.of("cp2", "cp3")));
    }

    @Test
    void namesNobodyWhereAllAnswer() {
        assertEquals(
                "waits for etcd: it has no leader, a majority of the members must run", EtcdFaults.noLeader(List.of()));
    }

    @Test
    void tellsALogThatEndsBeforeItsDatabase() {
        assertEquals(
                "the data of this member of etcd is damaged (it does not get through its own log) and was not replaced by"
                        + " that of two others that agree; bring those back, or restore a snapshot: garboard cluster etcd"
                        + " restore CLUSTER SNAPSHOT. See its words: garboard node MACHINE logs etcd",
                EtcdFaults.logTooShort());
    }

    @Test
    void tellsDataThatIsGone() {
        assertEquals(
                "/var/lib/etcd/data holds no data of etcd, although this cluster was founded, and there is no other member"
                        + " that has any; restore a snapshot: garboard cluster etcd restore CLUSTER SNAPSHOT. If its disk is"
                        + " only not mounted, mount it and boot the machine again",
                EtcdFaults.missing(Path.of("/var/lib/etcd/data")));
    }

    @Test
    void tellsAFullDisk() {
        var words = "etcd ended with exit code 1; it said: write /var/lib/etcd/data/member/wal/0.tmp: no space left on"
                + " device";

        assertEquals(
                Optional.of("the disk of etcd is full (no space left on device); give the machine a larger one, or take"
                        + " away what fills it, and boot it again"),
                EtcdFaults.diskFull(words));
        assertEquals(Optional.empty(), EtcdFaults.damage(words));
    }

    @Test
    void namesTheMembersThatDifferAndPassesOnWhatItDoesNotKnow() {
        var corrupt = StatusResponse.newBuilder()
                .addErrors("memberID:1 alarm:CORRUPT ")
                .build();
        var unknown =
                StatusResponse.newBuilder().addErrors("one").addErrors("two").build();

        assertEquals(
                Optional.of(
                        "the members of etcd hold different data (alarm CORRUPT: memberID:1 alarm:CORRUPT ); take the"
                                + " member that differs out: garboard cluster etcd remove CLUSTER MEMBER. It keeps its data aside and"
                                + " joins anew by itself. Or restore a snapshot: garboard cluster etcd restore CLUSTER SNAPSHOT"),
                EtcdFaults.complaint(corrupt));
        assertEquals(Optional.of("etcd says: one, two"), EtcdFaults.complaint(unknown));
    }
}
