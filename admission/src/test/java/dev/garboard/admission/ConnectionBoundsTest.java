package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.admission.ConnectionBounds.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionBoundsTest {

    private static InetSocketAddress peer(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void oneAddressMayHaveSoManyAndAnotherIsNotHinderedByIt() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 2, 10, 10));

        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.1", 1)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.1", 2)));
        assertEquals(Optional.of(Reason.TOO_MANY_FROM_ADDRESS), bounds.arriveInPlain(peer("192.0.2.1", 3)));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.2", 1)));
        bounds.gone(peer("192.0.2.1", 1));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.1", 3)));
        assertEquals(3, bounds.connections());
    }

    @Test
    void thereIsABoundOnAll() {
        var bounds = new ConnectionBounds(new ConnectionLimits(2, 2, 2, 2));
        bounds.arriveInPlain(peer("192.0.2.1", 1));
        bounds.arriveInPlain(peer("192.0.2.2", 1));

        assertEquals(Optional.of(Reason.TOO_MANY_CONNECTIONS), bounds.arriveInPlain(peer("192.0.2.3", 1)));
        bounds.gone(peer("192.0.2.2", 1));
        assertEquals(Optional.empty(), bounds.arriveInPlain(peer("192.0.2.3", 1)));
    }

    @Test
    void whoDoesNotFinishTheHandshakeTakesOnlyAPartOfThePlaces() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 10, 3, 2));
        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.1", 1)));
        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.1", 2)));
        assertEquals(Optional.of(Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS), bounds.arrive(peer("192.0.2.1", 3)));
        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.2", 1)));
        assertEquals(Optional.of(Reason.TOO_MANY_HANDSHAKES), bounds.arrive(peer("192.0.2.3", 1)));

        bounds.settled(peer("192.0.2.1", 1));

        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.3", 1)));
        bounds.gone(peer("192.0.2.1", 2));
        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.1", 4)));
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        var bounds = new ConnectionBounds(new ConnectionLimits(1, 1, 1, 1));
        bounds.arrive(peer("192.0.2.1", 1));
        bounds.settled(peer("192.0.2.1", 1));
        bounds.settled(peer("192.0.2.1", 1));
        bounds.gone(peer("192.0.2.1", 1));
        bounds.gone(peer("192.0.2.1", 1));
        bounds.gone(peer("192.0.2.9", 1));

        assertEquals(0, bounds.connections());
        assertEquals(Optional.empty(), bounds.arrive(peer("192.0.2.1", 1)));
        assertEquals(Optional.of(Reason.TOO_MANY_CONNECTIONS), bounds.arrive(peer("192.0.2.2", 1)));
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOneSource() {
        var bounds = new ConnectionBounds(new ConnectionLimits(10, 1, 10, 10));
        bounds.arrive(peer("2001:db8::1", 1));

        assertEquals(Optional.of(Reason.TOO_MANY_FROM_ADDRESS), bounds.arrive(peer("2001:db8::ffff:2", 1)));
        assertEquals(Optional.empty(), bounds.arrive(peer("2001:db8:0:1::1", 1)));
    }
}
