package dev.garboard.agent.net;

import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.dhcp.DhcpCodec;
import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.client.ClientAction;
import dev.garboard.dhcp.client.ClientContext;
import dev.garboard.dhcp.client.ClientIdentity;
import dev.garboard.dhcp.client.ClientState;
import dev.garboard.dhcp.client.ClientStep;
import dev.garboard.dhcp.client.LeaseInfo;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The DHCP client of one interface: gives the state machine its datagrams and its time, and does what it says. */
final class DhcpPort implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.network");

    private final Link link;
    private final PacketSocket socket;
    private final Listener listener;
    private ClientState state;

    /** Holds port 68 of the leased address, or the kernel would answer a server's unicast with "port unreachable". */
    private @Nullable DatagramSocket leased;

    /** Gets what becomes of the interface. */
    interface Listener {
        void configure(Link link, LeaseInfo lease);

        void deconfigure(Link link, LeaseInfo lease, String reason);
    }

    DhcpPort(Link link, String bootSession, RandomGenerator random, Listener listener) {
        this.link = link;
        this.listener = listener;
        this.socket = PacketSocket.open(link.index());
        var identity = ClientIdentity.agent(MacAddress.parse(link.mac()), bootSession.isEmpty() ? null : bootSession);
        ClientStep first = ClientState.start(new ClientContext(identity, random), now());
        this.state = first.state();
        LOG.info("{}: asking for an address", link.name());
        act(first);
    }

    /** Instants of a clock that is never set: a lease must not run out because the time server answered. */
    private static Instant now() {
        return Instant.EPOCH.plus(Kernel.uptime());
    }

    Link link() {
        return link;
    }

    PacketSocket socket() {
        return socket;
    }

    /** How long until {@link #work} has something to do even without a datagram. */
    Duration untilDeadline() {
        Instant deadline = state.deadline();
        return deadline.equals(Instant.MAX) ? Duration.ofDays(1) : Duration.between(now(), deadline);
    }

    /** Takes all datagrams that have come and does what is due. */
    void work() {
        for (var datagram = socket.receive(); datagram.isPresent(); datagram = socket.receive()) {
            try {
                advance(state.receive(DhcpCodec.decode(datagram.get()), now()));
            } catch (MalformedDhcpException malformed) {
                LOG.debug("{}: dropped a datagram: {}", link.name(), malformed.getMessage());
            }
        }
        if (!untilDeadline().isPositive()) {
            advance(state.elapse(now()));
        }
    }

    private void advance(ClientStep step) {
        state = step.state();
        act(step);
    }

    private void act(ClientStep step) {
        for (ClientAction action : step.actions()) {
            switch (action) {
                case ClientAction.Broadcast(DhcpMessage message) -> broadcast(message);
                case ClientAction.Unicast(DhcpMessage message, Inet4Address server) -> unicast(message, server);
                case ClientAction.Configure(LeaseInfo lease) -> {
                    listener.configure(link, lease);
                    hold(lease);
                }
                case ClientAction.Deconfigure(LeaseInfo lease, String reason) -> {
                    letGo();
                    listener.deconfigure(link, lease, reason);
                }
            }
        }
    }

    private static byte[] encode(DhcpMessage message) {
        return DhcpCodec.encode(message, DhcpCodec.MINIMUM, DhcpCodec.MAXIMUM)
                .orElseThrow(() -> new IllegalArgumentException("the client's options do not fit a datagram"));
    }

    private void broadcast(DhcpMessage message) {
        try {
            socket.send(UdpPacket.broadcast(encode(message)));
        } catch (SystemCallException down) {
            // A card without a link, for example. The state machine asks again, and gives the lease up in its time.
            LOG.warn("{}: nobody could be asked: {}", link.name(), down.getMessage());
        }
    }

    private void unicast(DhcpMessage message, Inet4Address server) {
        DatagramSocket own = leased;
        if (own == null) {
            return;
        }
        byte[] bytes = encode(message);
        try {
            own.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(server, UdpPacket.SERVER_PORT)));
        } catch (IOException unreachable) {
            // The state machine asks again, and after T2 by broadcast.
            LOG.warn("{}: {} could not be asked: {}", link.name(), server.getHostAddress(), unreachable.getMessage());
        }
    }

    private void hold(LeaseInfo lease) {
        DatagramSocket before = leased;
        if (before != null && before.getLocalAddress().equals(lease.address())) {
            return;
        }
        letGo();
        try {
            leased = new DatagramSocket(new InetSocketAddress(lease.address(), UdpPacket.CLIENT_PORT));
        } catch (IOException taken) {
            LOG.warn("{}: port 68 of {}: {}", link.name(), lease.address().getHostAddress(), taken.getMessage());
        }
    }

    private void letGo() {
        DatagramSocket before = leased;
        if (before != null) {
            before.close();
            leased = null;
        }
    }

    /** Gives the lease back, if there is one, and closes. */
    @Override
    public void close() {
        switch (state) {
            case ClientState.Bound bound -> act(new ClientStep(state, bound.release()));
            case ClientState.Extending extending -> act(new ClientStep(state, extending.release()));
            case ClientState.Selecting _, ClientState.Requesting _ ->
                LOG.debug("{}: no lease to give back", link.name());
        }
        letGo();
        socket.close();
    }
}
