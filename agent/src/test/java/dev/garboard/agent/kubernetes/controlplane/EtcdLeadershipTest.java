package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.etcd.Member;
import dev.garboard.agentapi.etcd.ResponseHeader;
import dev.garboard.agentapi.etcd.StatusResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EtcdLeadershipTest {

    /** Nothing here takes as long, unless it is meant to hang. */
    private static final Duration AMPLE = Duration.ofMinutes(5);

    private static final Member OWN = member(1, "cp1");
    private static final Member SECOND = member(2, "cp2");
    private static final Member THIRD = member(3, "cp3");

    /** What was asked of this node's member. */
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private final Map<Long, StatusResponse> peers = new HashMap<>();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void theLeadGoesToTheVoterThatHasCarriedOutMost() {
        peers.put(2L, status(1, 7));
        peers.put(3L, status(1, 9));

        assertEquals(Optional.of("cp3"), handOver(status(1, 9), OWN, SECOND, THIRD));
        assertEquals(List.of("move 3", "closed"), asked);
    }

    @Test
    void aMemberThatDoesNotLeadGivesNothing() {
        peers.put(2L, status(2, 9));

        assertEquals(Optional.empty(), handOver(status(2, 9), OWN, SECOND));
        assertEquals(List.of("closed"), asked);
    }

    @Test
    void aSingleMemberHasNobodyToGiveItTo() {
        assertEquals(Optional.empty(), handOver(status(1, 9), OWN));
        assertEquals(List.of("closed"), asked);
    }

    @Test
    void aMemberThatDoesNotAnswerGetsNothing() {
        peers.put(3L, status(1, 1));

        assertEquals(Optional.of("cp3"), handOver(status(1, 9), OWN, SECOND, THIRD));
    }

    @Test
    void neitherALearnerNorOneThatFollowsAnotherNorTheAccusedIsChosen() {
        var learner = Member.newBuilder(SECOND).setIsLearner(true).build();
        assertEquals(Optional.empty(), EtcdLeadership.successor(1, List.of(learner), Map.of(2L, status(1, 9))));
        assertEquals(Optional.empty(), EtcdLeadership.successor(1, List.of(SECOND), Map.of(2L, status(3, 9))));
        assertEquals(Optional.empty(), EtcdLeadership.successor(1, List.of(SECOND), Map.of()));
        var accused = "memberID:2 alarm:CORRUPT ";
        var both = Map.of(2L, status(1, 9, accused), 3L, status(1, 8, accused));
        assertEquals(Optional.of(THIRD), EtcdLeadership.successor(1, List.of(SECOND, THIRD), both));
        var another = Map.of(2L, status(1, 9, "memberID:22 alarm:CORRUPT"));
        assertEquals(Optional.of(SECOND), EtcdLeadership.successor(1, List.of(SECOND, THIRD), another));
    }

    @Test
    @Timeout(60)
    void whatHangsHoldsNoShutdown() {
        var limit = Duration.ofMillis(50);

        assertEquals(
                Optional.empty(),
                EtcdLeadership.handOver(
                        () -> {
                            hang();
                            return new Own(status(1, 9), List.of(OWN));
                        },
                        other -> new Peer(null),
                        limit));
        assertTrue(asked.isEmpty(), asked::toString);
    }

    @Test
    @Timeout(60)
    void aPeerThatHangsIsNotWaitedForWhenAnotherAnswers() {
        peers.put(3L, status(1, 1));

        var leads = EtcdLeadership.handOver(
                () -> new Own(status(1, 9), List.of(OWN, SECOND, THIRD)),
                other -> {
                    if (other.getID() == 2) {
                        hang();
                    }
                    return new Peer(peers.get(other.getID()));
                },
                Duration.ofSeconds(10));

        assertEquals(Optional.of("cp3"), leads);
    }

    @Test
    void aRefusalIsOnlySaid() {
        peers.put(2L, status(1, 9));
        var refused = EtcdLeadership.handOver(
                () -> new Own(status(1, 9), List.of(OWN, SECOND)) {
                    @Override
                    public void moveLeader(long member) {
                        throw new IllegalStateException("etcdserver: not leader");
                    }
                },
                other -> new Peer(peers.get(other.getID())),
                AMPLE);

        assertEquals(Optional.empty(), refused);
        assertEquals(List.of("closed"), asked);
    }

    private Optional<String> handOver(StatusResponse own, Member... members) {
        return EtcdLeadership.handOver(
                () -> new Own(own, List.of(members)), other -> new Peer(peers.get(other.getID())), AMPLE);
    }

    private void hang() {
        try {
            released.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Member member(long id, String name) {
        return Member.newBuilder().setID(id).setName(name).build();
    }

    /** Of member 1, as far as who answers matters. */
    private static StatusResponse status(long leader, long applied, String... errors) {
        return StatusResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setMemberId(1))
                .setLeader(leader)
                .setRaftAppliedIndex(applied)
                .addAllErrors(List.of(errors))
                .build();
    }

    private class Own implements EtcdLeadership.Voice {

        private final StatusResponse status;
        private final List<Member> members;

        Own(StatusResponse status, List<Member> members) {
            this.status = status;
            this.members = members;
        }

        @Override
        public StatusResponse status() {
            return status;
        }

        @Override
        public List<Member> knownMembers() {
            return members;
        }

        @Override
        public void moveLeader(long member) {
            asked.add("move " + member);
        }

        @Override
        public void close() {
            asked.add("closed");
        }
    }

    private record Peer(@Nullable StatusResponse said) implements EtcdLeadership.Voice {

        @Override
        public StatusResponse status() {
            return Objects.requireNonNull(said, "it is silent");
        }

        @Override
        public List<Member> knownMembers() {
            return List.of();
        }

        @Override
        public void moveLeader(long member) {
            throw new IllegalStateException("it does not lead");
        }

        @Override
        public void close() {}
    }
}
