package dev.garboard.agent.net;

import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.client.ClientAction;
import dev.garboard.dhcp.client.ClientContext;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientState;
import dev.garboard.dhcp.client.ClientStep;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.slf4j.LoggerFactory;

/** A DHCP conversation with oneself, for the training of the AOT cache. */
public final class NetworkRehearsal {

    /** Nothing answers there, whatever runs on this machine. */
    private static final int DISCARD = 9;

    private NetworkRehearsal() {}

    /** DISCOVER, OFFER, REQUEST, ACK through the codecs, a question to a resolver, and the sockets as far as this user may open them. */
    public static void run() throws IOException, InterruptedException {
        var mac = MacAddress.parse("02:00:00:00:00:01");
        var context = new ClientContext(ClientIdentity.agent(mac, "00000000000000000000000000000000"), new Random());
        ClientStep step = ClientState.start(context, Instant.EPOCH);
        for (MessageType type : List.of(MessageType.OFFER, MessageType.ACK)) {
            if (step.actions().getFirst() instanceof ClientAction.Broadcast(DhcpMessage sent)) {
                byte[] packet = UdpPacket.broadcast(DhcpCodec.encode(sent));
                UdpPacket.payload(packet, packet.length);
                byte[] reply = DhcpCodec.encode(reply(sent, type));
                step = step.state().receive(DhcpCodec.decode(reply), Instant.EPOCH);
            }
        }
        if (step.actions().getFirst() instanceof ClientAction.Configure(var lease)) {
            Network.isOnLink(lease, lease.server());
            ResolverFile.text(lease.dnsServers(), lease.searchDomains());
        }
        try (var socket = PacketSocket.open(1)) {
            socket.receive();
        } catch (SystemCallException refused) {
            LoggerFactory.getLogger("garboard.training").info("{}", refused.getMessage());
        }
        Netlink.routes();
        Netlink.addresses();
        askResolver();
    }

    private static void askResolver() throws IOException, InterruptedException {
        var question = new ResolverQuestion(1);
        question.answer(question.bytes());
        var answers = new ResolverProbe(DISCARD, Duration.ofMillis(100), new Random())
                .ask(List.of(InetAddress.getLoopbackAddress()));
        LoggerFactory.getLogger("garboard.training").info("{}", answers);
    }

    private static DhcpMessage reply(DhcpMessage sent, MessageType type) {
        var server = Ipv4.parse("192.0.2.1");
        return new DhcpMessage(
                true,
                sent.hardwareType(),
                sent.hardwareAddress(),
                0,
                sent.transactionId(),
                0,
                0,
                Ipv4.ANY,
                Ipv4.parse("192.0.2.2"),
                Ipv4.ANY,
                Ipv4.ANY,
                "",
                "",
                DhcpOptions.of(
                        new DhcpOption.Type(type),
                        new DhcpOption.ServerIdentifier(server),
                        new DhcpOption.LeaseTime(Duration.ofHours(1)),
                        new DhcpOption.SubnetMask(Ipv4.mask(24)),
                        new DhcpOption.Routers(List.of(server)),
                        new DhcpOption.DnsServers(List.of(server)),
                        new DhcpOption.TimeServers(List.of(server))));
    }
}
