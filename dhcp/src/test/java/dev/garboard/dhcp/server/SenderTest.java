package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.server.Sender.Standing;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SenderTest {

    private static final MacAddress MAC = MacAddress.parse("52:54:00:00:00:01");
    private static final Inet4Address ELSEWHERE = Ipv4.parse("192.168.77.66");

    private final Pool pool =
            new Pool(Bench.subnet(), List.of(Bench.SERVER), List.of(), () -> Instant.parse("2026-11-23T12:00:00Z"));
    private Inet4Address offered = Ipv4.ANY;

    @BeforeEach
    void offer() {
        offered = pool.choose(
                        request(MessageType.DISCOVER, Ipv4.ANY, Ipv4.ANY, Ipv4.ANY)
                                .client(),
                        Optional.empty())
                .orElseThrow();
    }

    @Test
    void whoAsksForTheAddressThatTheMachineHoldsKnowsIt() {
        assertEquals(Standing.KNOWS_ITS_ADDRESS, standing(MessageType.REQUEST, offered, Ipv4.ANY, Ipv4.ANY));
        assertEquals(Standing.KNOWS_ITS_ADDRESS, standing(MessageType.REQUEST, Ipv4.ANY, offered, Ipv4.ANY));
        assertEquals(Standing.KNOWS_ITS_ADDRESS, standing(MessageType.REQUEST, Ipv4.ANY, offered, ELSEWHERE));
    }

    @Test
    void whoSendsFromItHasIt() {
        assertEquals(Standing.HAS_ITS_ADDRESS, standing(MessageType.REQUEST, Ipv4.ANY, offered, offered));
    }

    @Test
    void anyOtherMessageShowsNothing() {
        assertEquals(Standing.NONE, standing(MessageType.REQUEST, ELSEWHERE, Ipv4.ANY, Ipv4.ANY));
        assertEquals(Standing.NONE, standing(MessageType.REQUEST, Ipv4.ANY, Ipv4.ANY, ELSEWHERE));
        assertEquals(Standing.NONE, standing(MessageType.DISCOVER, offered, Ipv4.ANY, Ipv4.ANY));
        assertEquals(Standing.NONE, standing(MessageType.INFORM, Ipv4.ANY, offered, offered));
    }

    /** Another machine's card that asks for the address is no holder of it. */
    @Test
    void theAddressOfAnotherMachineShowsNothing() {
        var other = MacAddress.parse("52:54:00:00:00:02");
        var message = message(other, MessageType.REQUEST, offered, Ipv4.ANY);
        var request = new Request(
                message,
                MessageType.REQUEST,
                Client.of(message, other),
                Bench.SERVER,
                false,
                new InetSocketAddress(offered, 68));

        assertEquals(new Sender(other, "lab", false, Standing.NONE), Sender.of(request, pool));
    }

    /** What somebody made up parts nobody: all that comes from no subnet of ours has one share of its MAC address. */
    @Test
    void withoutASubnetThereIsOneShare() {
        assertEquals(
                new Sender(MAC, "", false, Standing.NONE),
                Sender.of(request(MessageType.REQUEST, offered, Ipv4.ANY, Ipv4.ANY), null));
    }

    private Standing standing(MessageType type, Inet4Address option50, Inet4Address ciaddr, Inet4Address from) {
        return Sender.of(request(type, option50, ciaddr, from), pool).standing();
    }

    private static Request request(MessageType type, Inet4Address option50, Inet4Address ciaddr, Inet4Address from) {
        var message = message(MAC, type, option50, ciaddr);
        return new Request(
                message, type, Client.of(message, MAC), Bench.SERVER, false, new InetSocketAddress(from, 68));
    }

    private static DhcpMessage message(MacAddress mac, MessageType type, Inet4Address option50, Inet4Address ciaddr) {
        var options = DhcpOptions.of(new DhcpOption.Type(type));
        return DhcpMessage.fromClient(
                        mac,
                        1,
                        Ipv4.isAny(option50) ? options : options.with(new DhcpOption.RequestedAddress(option50)))
                .withClientAddress(ciaddr);
    }
}
