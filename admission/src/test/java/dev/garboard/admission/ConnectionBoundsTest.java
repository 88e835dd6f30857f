package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.admission.ConnectionBounds.Reason;
import dev.garboard.admission.ConnectionBounds.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConnectionBoundsTest {

    private static final Verdict PLACE = new Verdict.Place();

    private static InetSocketAddress peer(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static InetSocketAddress one(int port) {
        return peer("192.0.2.1", port);
    }

    private static Verdict insteadOf(InetSocketAddress evicted, Reason reason) {
        return new Verdict.PlaceOf(evicted, reason);
    }

    /** A connection that has finished its handshake, with a certificate of this subject or without. */
    private static Verdict settle(ConnectionBounds bounds, InetSocketAddress peer, String caller) {
        assertEquals(PLACE, bounds.arrive(peer));
        return bounds.settled(peer, caller.isEmpty() ? null : caller);
    }

    @Test
    void inPlainOneAddressMayHaveSoManyAndAnotherIsNotHinderedByIt() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 2, 10, 10));

        assertEquals(Optional.empty(), bounds.arriveInPlain(one(1)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(one(2)));
        assertEquals(Optional.of(Reason.TOO_MANY_FROM_ADDRESS), bounds.arriveInPlain(one(3)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.2", 1)));
        bounds.gone(one(1));
        assertEquals(Optional.empty(), bounds.arriveInPlain(one(3)));
        assertEquals(3, bounds.connections());
        assertEquals(Optional.of(Reason.TOO_MANY_FROM_ADDRESS), bounds.arriveInPlain(one(4)));
    }

    @Test
    void inPlainThereIsABoundOnAll() {
        var bounds = new ConnectionBounds(new ConnectionLimits(2, 2, 2, 2));
        bounds.arriveInPlain(one(1));
        bounds.arriveInPlain(peer("192.0.2.2", 1));

        assertEquals(Optional.of(Reason.TOO_MANY_CONNECTIONS), bounds.arriveInPlain(peer("192.0.2.3", 1)));
        bounds.gone(peer("192.0.2.2", 1));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.3", 1)));
    }

    @Test
    void theOldestHandshakeOfTheSameAddressGivesWay() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 10, 4, 2));
        assertEquals(PLACE, bounds.arrive(peer("192.0.2.2", 1)));
        assertEquals(PLACE, bounds.arrive(one(1)));
        assertEquals(PLACE, bounds.arrive(one(2)));

        assertEquals(insteadOf(one(1), Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS), bounds.arrive(one(3)));

        bounds.settled(one(2), null);
        assertEquals(PLACE, bounds.arrive(one(4)), "a handshake that is over counts no more");
        assertEquals(4, bounds.connections());
    }

    @Test
    void whenTooManyHandshakesAreUnderWayTheOldestOfAllGivesWay() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 10, 2, 2));
        bounds.arrive(peer("192.0.2.2", 1));
        bounds.arrive(peer("192.0.2.3", 1));

        assertEquals(insteadOf(peer("192.0.2.2", 1), Reason.TOO_MANY_HANDSHAKES), bounds.arrive(one(1)));
    }

    @Test
    void strangersTakeNoPlaceOfTheNodeAtTheirAddress() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 2, 10, 10));
        settle(bounds, one(1), "");
        settle(bounds, one(2), "");

        assertEquals(PLACE, settle(bounds, one(3), "CN=m1"));
        assertEquals(PLACE, settle(bounds, one(4), "CN=m1"));
        assertEquals(new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(5), "CN=m1"));
        assertEquals(4, bounds.connections());
    }

    @Test
    void ofOneAddressTheOldestIdleStrangerGivesWay() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 2, 10, 10));
        settle(bounds, one(1), "");
        bounds.began(one(1));
        settle(bounds, one(2), "");

        assertEquals(insteadOf(one(2), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(3), ""));

        bounds.began(one(3));
        assertEquals(new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(4), ""));
        assertEquals(2, bounds.connections(), "who was refused has no place");
        bounds.ended(one(1));
        assertEquals(insteadOf(one(1), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(5), ""));
    }

    @Test
    void aSinglePlaceChangesHands() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 1, 10, 10));
        settle(bounds, one(1), "");

        for (int port = 2; port < 5; port++) {
            assertEquals(insteadOf(one(port - 1), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(port), ""));
        }
        assertEquals(1, bounds.connections());
    }

    @Test
    void ofSeveralCallersAtOneAddressTheOneWithMostGivesWay() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 3, 10, 10));
        settle(bounds, one(1), "CN=rita");
        bounds.began(one(1));
        settle(bounds, one(2), "CN=rita");
        settle(bounds, one(3), "CN=rita");

        assertEquals(insteadOf(one(2), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(4), "CN=m1"));

        assertEquals(
                new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS),
                settle(bounds, one(5), "CN=m1"),
                "with one more each the two would take the place from each other for ever");
    }

    @Test
    void whenThereIsNoPlaceAtAllAnIdleStrangerGivesWayThenTheOldestHandshake() {
        var bounds = new ConnectionBounds(new ConnectionLimits(4, 4, 4, 4));
        settle(bounds, peer("192.0.2.7", 1), "CN=m7");
        settle(bounds, peer("192.0.2.8", 1), "");
        bounds.arrive(peer("192.0.2.8", 2));
        bounds.arrive(peer("192.0.2.8", 3));

        assertEquals(insteadOf(peer("192.0.2.8", 1), Reason.TOO_MANY_CONNECTIONS), bounds.arrive(one(1)));
        assertEquals(insteadOf(peer("192.0.2.8", 2), Reason.TOO_MANY_CONNECTIONS), bounds.arrive(one(2)));

        bounds.settled(peer("192.0.2.8", 3), "CN=m8");
        bounds.settled(one(1), "CN=m1");
        bounds.settled(one(2), "CN=m1");
        assertEquals(
                new Verdict.Refused(Reason.TOO_MANY_CONNECTIONS),
                bounds.arrive(one(3)),
                "nobody who has said who it is gives way to a stranger");
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        var bounds = new ConnectionBounds(new ConnectionLimits(1, 1, 1, 1));
        bounds.arrive(one(1));
        bounds.settled(one(1), "CN=m1");
        bounds.settled(one(1), "CN=m1");
        bounds.ended(one(1));
        bounds.gone(one(1));
        bounds.gone(one(1));
        bounds.gone(peer("192.0.2.9", 1));

        assertEquals(0, bounds.connections());
        assertEquals(PLACE, settle(bounds, one(1), "CN=m1"));
        assertEquals(new Verdict.Refused(Reason.TOO_MANY_CONNECTIONS), bounds.arrive(peer("192.0.2.2", 1)));
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOneSource() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 10));
        settle(bounds, peer("2001:db8::1", 1), "");

        assertEquals(
                insteadOf(peer("2001:db8::1", 1), Reason.TOO_MANY_FROM_ADDRESS),
                settle(bounds, peer("2001:db8::ffff:2", 1), ""));
        assertEquals(PLACE, settle(bounds, peer("2001:db8:0:1::1", 1), ""));
    }

    @Test
    void aPeerThatComesAgainHasItsOldPlaceNoMore() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 1));

        assertEquals(PLACE, bounds.arrive(one(1)));
        assertEquals(PLACE, bounds.arrive(one(1)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(one(1)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(one(1)));
        assertEquals(1, bounds.connections());
    }

    @Test
    void aConnectionWithoutAPlaceIsNotSettled() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 1));

        assertEquals(PLACE, bounds.settled(one(1), "CN=m1"));
        assertEquals(0, bounds.connections());
    }

    @Test
    void aCallThatNeverBeganMakesNobodyBusy() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 10));
        settle(bounds, one(1), "");

        bounds.ended(one(1));

        assertEquals(insteadOf(one(1), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(2), ""));
    }

    @Test
    void aCallerWithTwoMoreGivesWay() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 2, 10, 10));
        settle(bounds, one(1), "CN=rita");
        settle(bounds, one(2), "CN=rita");

        assertEquals(insteadOf(one(1), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(3), "CN=m1"));
    }

    @Test
    void whoeverClosesOneConnectionIsCountedWithTheOthers() {
        var bounds = new ConnectionBounds(new ConnectionLimits(100, 3, 10, 10));
        settle(bounds, one(1), "CN=rita");
        settle(bounds, one(2), "CN=rita");
        settle(bounds, one(3), "CN=rita");
        bounds.gone(one(1));
        settle(bounds, one(4), "CN=rita");

        assertEquals(insteadOf(one(2), Reason.TOO_MANY_FROM_ADDRESS), settle(bounds, one(5), "CN=m1"));
    }

    /** Else whoever closes one connection would be counted from none again. */
    @Test
    void anAddressIsForgottenWithTheLastOfItsConnections() {
        var known = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 10));
        settle(known, one(1), "CN=m1");
        known.arrive(one(2));
        known.gone(one(2));
        assertEquals(new Verdict.Refused(Reason.TOO_MANY_FROM_ADDRESS), settle(known, one(3), "CN=m2"));

        var anonymous = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 10));
        settle(anonymous, one(1), "");
        anonymous.arrive(one(2));
        anonymous.gone(one(2));
        assertEquals(insteadOf(one(1), Reason.TOO_MANY_FROM_ADDRESS), settle(anonymous, one(3), ""));

        var shaking = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 2));
        shaking.arrive(one(1));
        settle(shaking, one(2), "");
        shaking.gone(one(2));
        assertEquals(PLACE, shaking.arrive(one(3)));
        assertEquals(insteadOf(one(1), Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS), shaking.arrive(one(4)));
    }

    @Test
    void reasonsAreWordsForMetricsAndLogs() {
        assertEquals(
                List.of(
                        "TooManyConnections",
                        "TooManyFromAddress",
                        "TooManyHandshakes",
                        "TooManyHandshakesFromAddress"),
                Stream.of(Reason.values()).map(Reason::word).toList());
    }
}
