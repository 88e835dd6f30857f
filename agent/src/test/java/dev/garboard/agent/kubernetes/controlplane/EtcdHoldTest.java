package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.etcd.Member;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EtcdHoldTest {

    private static final Member OWN = member(1, "m1", false);
    private static final Member OTHER = member(2, "m2", false);

    @Test
    void aVoteBesideOthersIsHeldWithTheirNamesAndTheOtherWay() {
        var why = EtcdHold.of("lab-1", 1, List.of(OWN, member(3, "m3", false), OTHER))
                .orElse("");

        assertTrue(why.startsWith("this node has a vote in etcd of the cluster \"lab-1\" beside m2, m3: "), why);
        assertTrue(why.contains("--leave-etcd-behind"), why);
        assertTrue(why.contains("garboard cluster etcd remove-member"), why);
    }

    @Test
    void theOnlyCopyIsHeld() {
        for (var members : List.of(List.of(OWN), List.of(OWN, member(2, "m2", true)))) {
            var why = EtcdHold.of("lab-1", 1, members).orElse("");

            assertTrue(why.startsWith("this node has the only copy of what etcd of the cluster \"lab-1\" holds"), why);
            assertTrue(why.contains("garboard cluster etcd snapshot"), why);
        }
    }

    @Test
    void whoHasNoVoteIsNotMissed() {
        assertEquals(Optional.empty(), EtcdHold.of("lab-1", 1, List.of(member(1, "m1", true), OTHER)));
        assertEquals(Optional.empty(), EtcdHold.of("lab-1", 1, List.of(OTHER)));
        assertEquals(Optional.empty(), EtcdHold.of(Optional.empty(), () -> null));
    }

    /** Its cluster may live without it, and may not. */
    @Test
    void dataWhoseMemberDoesNotAnswerIsHeld() {
        for (var why : List.of(EtcdHold.of(Optional.of("lab-1"), () -> null), EtcdHold.of(Optional.of("lab-1"), () -> {
            throw new EtcdException("connection refused", new IllegalStateException());
        }))) {
            assertTrue(why.orElse("").contains("whether others need it is not known: "), why::toString);
        }
    }

    private static Member member(long id, String name, boolean learner) {
        return Member.newBuilder().setID(id).setName(name).setIsLearner(learner).build();
    }
}
