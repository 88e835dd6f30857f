package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotMemberTest {

    private static final String OWN = "000000000000000a";
    private static final String OTHER = "000000000000000b";

    @Test
    void aVoterThatSeesALeaderMayBeSaved() {
        assertEquals("", member("m1", 7).refusal());
        assertTrue(member("m1", 7).complaint().isEmpty());
    }

    @Test
    void oneThatFollowsOrIsCutOffMayNot() {
        assertEquals("its member of etcd does not vote", said(status(7).setLearner(true)));
        assertEquals(
                "its member of etcd sees no leader: it is cut off from the others, or too few of them run",
                said(status(7).setLeaderId("")));
    }

    @Test
    void oneThatDidNotAnswerMayNotAndSaysWhy() {
        assertEquals("it is not connected", new SnapshotMember("m1", null, null, "it is not connected").refusal());
        var noMajority = new SnapshotMember("m1", status(7).build(), null, "no majority");
        assertEquals("no majority", noMajority.refusal());
        assertEquals("m1: no majority", noMajority.complaint().orElseThrow());
    }

    @Test
    void theAccusedMayNotAndTheOthersMay() {
        assertTrue(said(status(7), alarm(OWN, "CORRUPT")).contains("CORRUPT against its member"));
        assertTrue(said(status(7), alarm("0000000000000000", "CORRUPT")).contains("CORRUPT against all"));
        assertEquals("", said(status(7), alarm(OTHER, "CORRUPT")));
        assertEquals("", said(status(7), alarm(OWN, "NOSPACE")));
    }

    @Test
    void theOneThatHasCarriedOutMostComesFirst() {
        var behind = member("m1", 7);
        var first = member("m3", 9);
        var asFar = member("m2", 9);
        var cutOff = new SnapshotMember("m4", status(12).setLeaderId("").build(), List.of(), "");
        var furthest = member("m5", -1);

        assertEquals(List.of(asFar, first, behind), SnapshotMember.best(List.of(behind, first, cutOff, asFar)));
        assertEquals(List.of(furthest, first), SnapshotMember.best(List.of(first, furthest)), "an index is unsigned");
    }

    @Test
    void oneHasAllOfAnotherWhenItHasCarriedOutAsMuch() {
        assertTrue(member("m1", 7).hasAllOf(member("m2", 7)));
        assertTrue(member("m1", -1).hasAllOf(member("m2", 7)));
        assertFalse(member("m1", 6).hasAllOf(member("m2", 7)));
    }

    private static String said(EtcdStatusResponse.Builder status, EtcdAlarm... alarms) {
        return new SnapshotMember("m1", status.build(), List.of(alarms), "").refusal();
    }

    private static SnapshotMember member(String machine, long applied) {
        return new SnapshotMember(machine, status(applied).build(), List.of(), "");
    }

    private static EtcdStatusResponse.Builder status(long applied) {
        return EtcdStatusResponse.newBuilder()
                .setMemberId(OWN)
                .setLeaderId(OTHER)
                .setRaftAppliedIndex(applied);
    }

    private static EtcdAlarm alarm(String member, String alarm) {
        return EtcdAlarm.newBuilder().setMemberId(member).setAlarm(alarm).build();
    }
}
