package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.kubernetes.controlplane.EtcdWitnesses.Witness;
import dev.garboard.agentapi.etcd.AlarmMember;
import dev.garboard.agentapi.etcd.AlarmType;
import dev.garboard.agentapi.etcd.HashKVResponse;
import dev.garboard.agentapi.etcd.ResponseHeader;
import dev.garboard.agentapi.etcd.StatusResponse;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a member may give its own data up. */
class EtcdWitnessesTest {

    private static final Witness SECOND = new Witness("cp2", "c1", 7, 0, Set.of());
    private static final Witness THIRD = new Witness("cp3", "c1", 7, 0, Set.of());

    private final Member second = new Member(40);
    private final Member third = new Member(42);

    @Test
    void twoOthersWithTheSameDataAreEnough() {
        assertEquals(Optional.empty(), EtcdWitnesses.doubt(2, List.of(SECOND, THIRD)));
    }

    /** The member that refuses may be the healthy one, and the only other the damaged. */
    @Test
    void oneOtherIsNever() {
        assertEquals(
                Optional.of("of 1 other members 1 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(1, List.of(SECOND)));
        assertEquals(
                Optional.of("of 2 other members 1 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(2, List.of(THIRD)));
        assertEquals(
                Optional.of("of 0 other members 0 can say which data is right, and two must agree"),
                EtcdWitnesses.doubt(0, List.of()));
    }

    @Test
    void othersThatDifferAmongThemselvesProveNothing() {
        var damaged = new Witness("cp3", "c1", 8, 0, Set.of());

        assertEquals(
                Optional.of("the others differ among themselves: cp2 7, cp3 8"),
                EtcdWitnesses.doubt(2, List.of(SECOND, damaged)));
    }

    @Test
    void oneThatDiffersAmongManyIsEnoughForDoubt() {
        var damaged = new Witness("cp5", "c1", 8, 0, Set.of());

        assertEquals(
                Optional.of("the others differ among themselves: cp2 7, cp3 7, cp5 8"),
                EtcdWitnesses.doubt(4, List.of(SECOND, THIRD, damaged)));
    }

    @Test
    void othersOfSeveralClustersProveNothing() {
        var restored = new Witness("cp3", "c2", 7, 0, Set.of());

        assertEquals(
                Optional.of("the others are of several clusters: cp2 c1, cp3 c2"),
                EtcdWitnesses.doubt(2, List.of(SECOND, restored)));
    }

    @Test
    void hashesOverDifferentHistoriesAreNotCompared() {
        var compacted = new Witness("cp3", "c1", 7, 100, Set.of());

        assertEquals(
                Optional.of(
                        "the others have forgotten different parts of their history and cannot be compared at this moment"),
                EtcdWitnesses.doubt(2, List.of(SECOND, compacted)));
    }

    @Test
    void whileEtcdAccusesAMemberNobodyDecides() {
        var accusing = new Witness("cp3", "c1", 7, 0, Set.of("8e9e05c52164694d"));

        assertEquals(
                Optional.of("etcd has raised the alarm CORRUPT against 8e9e05c52164694d"),
                EtcdWitnesses.doubt(2, List.of(SECOND, accusing)));
    }

    /** They go on writing meanwhile: only at a revision that both have can their data be compared. */
    @Test
    void allAreAskedForTheHashAtTheLowestRevision() {
        second.hash = 0xffff_fffe;
        third.compacted = 7;

        assertEquals(
                List.of(
                        new Witness("cp2", "cdf818194e3a8c32", 0xffff_fffeL, 0, Set.of()),
                        new Witness("cp3", "cdf818194e3a8c32", 1, 7, Set.of())),
                ask());
        assertEquals(List.of(40L, 40L), List.of(second.asked, third.asked));
        assertEquals(List.of(2, 2), List.of(second.closed, third.closed));
    }

    @Test
    void onlyAlarmsOfDifferingDataAccuse() {
        second.alarms = List.of(alarm(1, AlarmType.CORRUPT), alarm(2, AlarmType.NOSPACE));

        assertEquals(
                List.of(Set.of("0000000000000001"), Set.of()),
                ask().stream().map(Witness::corrupt).toList());
    }

    @Test
    void whoDoesNotAnswerIsNoWitness() {
        second.isSilent = true;

        assertEquals(List.of("cp3"), ask().stream().map(Witness::name).toList());
        assertEquals(42, third.asked);
    }

    @Test
    void whoDoesNotSayWhatItsDataIsIsNoWitness() {
        third.hasNoHash = true;

        assertEquals(List.of("cp2"), ask().stream().map(Witness::name).toList());
    }

    private List<Witness> ask() {
        var members = List.of(
                new Etcd.Member("cp2", Cidr.address("192.0.2.2")), new Etcd.Member("cp3", Cidr.address("192.0.2.3")));
        var document = new Etcd("cp1", Cidr.address("192.0.2.1"), true, members, "lab-1");
        return EtcdWitnesses.ask(document, address -> address.equals(Cidr.address("192.0.2.2")) ? second : third);
    }

    private static AlarmMember alarm(long member, AlarmType type) {
        return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
    }

    private static final class Member implements EtcdWitnesses.Speaker {

        private final long revision;
        private int hash = 1;
        private long compacted;
        private List<AlarmMember> alarms = List.of();
        private boolean isSilent;
        private boolean hasNoHash;
        private long asked;
        private int closed;

        Member(long revision) {
            this.revision = revision;
        }

        @Override
        public long clusterId() {
            return 0xcdf8_1819_4e3a_8c32L;
        }

        @Override
        public List<AlarmMember> alarms() {
            return alarms;
        }

        @Override
        public StatusResponse status() {
            if (isSilent) {
                throw new EtcdException("connection refused", new IllegalStateException());
            }
            return StatusResponse.newBuilder()
                    .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                    .build();
        }

        @Override
        public HashKVResponse hash(long at) {
            asked = at;
            if (hasNoHash) {
                throw new EtcdException("required revision has been compacted", new IllegalStateException());
            }
            return HashKVResponse.newBuilder()
                    .setHash(hash)
                    .setCompactRevision(compacted)
                    .build();
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
