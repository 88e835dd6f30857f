package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.admission.ConnectionBounds.Reason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionGateTest {

    private final List<String> refused = new ArrayList<>();

    /** A listening channel: what comes out of it at the far end gets a pipeline of its own. */
    private EmbeddedChannel listening(ConnectionGate gate) {
        return new EmbeddedChannel(gate);
    }

    private ConnectionGate gate(int connections, int perAddress, int handshakesPerAddress) {
        return new ConnectionGate(
                new ConnectionLimits(connections, perAddress, 10, handshakesPerAddress),
                (reason, peer) -> refused.add(reason + " " + peer.getPort()));
    }

    private static InetSocketAddress peer(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), port);
    }

    /** Says goodbye before it closes, as TLS does, and never comes to an end with that. */
    private static final class Lingering extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {}
    }

    private static EmbeddedChannel connection(InetSocketAddress peer) {
        return new EmbeddedChannel(new Lingering()) {
            @Override
            protected SocketAddress remoteAddress0() {
                return peer;
            }
        };
    }

    private static EmbeddedChannel accept(EmbeddedChannel listening, int port) {
        var connection = connection(peer(port));
        listening.writeInbound(connection);
        return connection;
    }

    @Test
    void whoIsRefusedIsClosedAndGetsNoPipeline() {
        var gate = gate(1, 1, 1);
        var listening = listening(gate);
        var first = accept(listening, 1);
        gate.settled(peer(1), "CN=m1");

        var second = accept(listening, 2);

        assertSame(first, listening.readInbound());
        assertNull(listening.readInbound());
        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertEquals(List.of(Reason.TOO_MANY_CONNECTIONS + " 2"), refused);
    }

    @Test
    void whoGivesWayIsClosedPastItsTlsAndNamed() {
        var listening = listening(gate(10, 10, 1));
        var first = accept(listening, 1);

        var second = accept(listening, 2);

        assertFalse(first.isOpen());
        assertTrue(second.isOpen());
        assertSame(first, listening.readInbound());
        assertSame(second, listening.readInbound());
        assertEquals(List.of(Reason.TOO_MANY_HANDSHAKES_FROM_ADDRESS + " 1"), refused);
    }

    @Test
    void aConnectionWithoutHandlersIsClosedToo() {
        var listening = listening(gate(10, 10, 1));
        var first = accept(listening, 1);
        while (first.pipeline().first() != null) {
            first.pipeline().removeFirst();
        }

        accept(listening, 2);

        assertFalse(first.isOpen());
    }

    @Test
    void whoIsOneTooManyAfterTheHandshakeIsClosed() {
        var gate = gate(10, 1, 10);
        var listening = listening(gate);
        var first = accept(listening, 1);
        var second = accept(listening, 2);

        gate.settled(peer(1), "CN=m1");
        gate.settled(peer(2), "CN=m1");

        assertTrue(first.isOpen());
        assertFalse(second.isOpen());
        assertEquals(List.of(Reason.TOO_MANY_FROM_ADDRESS + " 2"), refused);
    }

    @Test
    void whoeverHasACallUnderWayDoesNotGiveWayUntilItIsOver() {
        var gate = gate(10, 1, 10);
        var listening = listening(gate);
        var busy = accept(listening, 1);
        gate.settled(peer(1), null);
        gate.began(peer(1));

        var second = accept(listening, 2);
        gate.settled(peer(2), null);
        assertTrue(busy.isOpen());
        assertFalse(second.isOpen());

        gate.ended(peer(1));
        var third = accept(listening, 3);
        gate.settled(peer(3), null);
        assertFalse(busy.isOpen());
        assertTrue(third.isOpen());
    }

    @Test
    void whoLeavesGivesItsPlaceBack() {
        var gate = gate(1, 1, 1);
        var listening = listening(gate);
        var first = accept(listening, 1);
        gate.settled(peer(1), "CN=m1");

        end(first);
        var second = accept(listening, 2);

        assertTrue(second.isOpen());
        assertEquals(List.of(), refused);
    }

    @Test
    void aLaterConnectionOfTheSamePortKeepsItsPlace() {
        var gate = gate(1, 1, 1);
        var listening = listening(gate);
        var first = accept(listening, 1);
        var again = accept(listening, 1);
        gate.settled(peer(1), "CN=m1");

        end(first);
        var other = accept(listening, 2);

        assertTrue(again.isOpen());
        assertFalse(other.isOpen());
    }

    @Test
    void whatIsNoConnectionOfAPeerPassesAndIsNotCounted() {
        var listening = listening(gate(1, 1, 1));
        var reset = new EmbeddedChannel();

        listening.writeInbound("accepted", reset, reset);

        assertEquals("accepted", listening.readInbound());
        assertSame(reset, listening.readInbound());
        assertSame(reset, listening.readInbound());
        assertEquals(List.of(), refused);
    }

    /** As the peer ends it: past the handler that lingers. */
    private static void end(EmbeddedChannel connection) {
        connection.pipeline().remove(Lingering.class);
        var _ = connection.close();
    }
}
