package dev.garboard.agent.net;

import dev.garboard.agent.linux.BootParameters;
import dev.garboard.agent.linux.Kernel;
import dev.garboard.agent.linux.SystemCallException;
import dev.garboard.agent.net.NetlinkMessage.Link;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.dhcp.Route;
import dev.garboard.dhcp.client.LeaseInfo;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings all cards up and asks for an address on each that has a link; the first that gets one becomes the node's network.
 * The card that booted goes first when it is known.
 */
public final class Network implements Supervisor.Work, DhcpPort.Listener {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.network");
    private static final int LOOPBACK_TYPE = 772;
    private static final Duration BOOT_CARD_FIRST = Duration.ofSeconds(8);
    private static final int LOOK_MILLIS = 250;
    private static final int CALM_MILLIS = 5000;

    private final Service service;
    private final BootParameters boot;
    private final RandomGenerator random;
    private final Consumer<NetworkState> changed;
    private final Map<Integer, DhcpPort> ports = new HashMap<>();
    private volatile @Nullable NetworkState state;

    /**
     * The network of a node.
     *
     * @param changed called when an address was configured, and when a renewal brought something new
     */
    public Network(Service service, BootParameters boot, RandomGenerator random, Consumer<NetworkState> changed) {
        this.service = service;
        this.boot = boot;
        this.random = random;
        this.changed = changed;
    }

    /** The configured network. */
    public Optional<NetworkState> state() {
        return Optional.ofNullable(state);
    }

    @Override
    public void run() throws InterruptedException {
        service.starting("looking for a card with a link");
        Duration began = Kernel.uptime();
        try {
            while (true) {
                openPorts(Kernel.uptime().minus(began).compareTo(BOOT_CARD_FIRST) < 0);
                var open = List.copyOf(ports.values());
                PacketSocket.await(open.stream().map(DhcpPort::socket).toList(), untilNext(open));
                for (DhcpPort port : open) {
                    port.work();
                }
                closeOthers();
            }
        } finally {
            ports.values().forEach(DhcpPort::close);
            ports.clear();
        }
    }

    private int untilNext(List<DhcpPort> open) {
        long wait = state == null ? LOOK_MILLIS : CALM_MILLIS;
        for (DhcpPort port : open) {
            wait = Math.min(wait, port.untilDeadline().toMillis());
        }
        return (int) Math.max(1, wait);
    }

    private void openPorts(boolean bootCardFirst) {
        if (state != null) {
            return;
        }
        List<Link> links = Netlink.links();
        for (Link link : links) {
            if (!link.up() && (link.isEthernet() || link.hardwareType() == LOOPBACK_TYPE)) {
                Netlink.up(link.index());
            }
        }
        boolean bootCardThere = links.stream().anyMatch(this::booted);
        for (Link link : links) {
            boolean turn = booted(link) || !(bootCardFirst && bootCardThere);
            if (link.isEthernet() && link.up() && link.carrier() && turn && !ports.containsKey(link.index())) {
                ports.put(link.index(), new DhcpPort(link, boot.session(), random, this));
                service.starting("asking for an address on " + link.name());
            }
        }
    }

    private boolean booted(Link link) {
        return !boot.mac().isEmpty() && boot.mac().equals(link.stableMac());
    }

    private void closeOthers() {
        NetworkState chosen = state;
        if (chosen == null || ports.size() <= 1) {
            return;
        }
        for (var port : new ArrayList<>(ports.values())) {
            if (port.link().index() != chosen.index()) {
                ports.remove(port.link().index());
                port.close();
            }
        }
    }

    @Override
    public void configure(Link link, LeaseInfo lease) {
        NetworkState before = state;
        if (before != null && before.index() != link.index()) {
            // A second card was answered in the same moment; its port is closed next, which gives the lease back.
            return;
        }
        LeaseInfo old = before == null ? null : before.lease();
        if (lease.mtu().isPresent() && lease.mtu().getAsInt() != link.mtu()) {
            attempt(() -> Netlink.setMtu(link.index(), lease.mtu().getAsInt()));
        }
        Netlink.addAddress(link.index(), lease.address(), lease.prefixLength());
        if (old != null && !old.address().equals(lease.address())) {
            attempt(() -> Netlink.removeAddress(link.index(), old.address(), old.prefixLength()));
        }
        routes(link, lease);
        var now = new NetworkState(link.index(), link.name(), link.stableMac(), lease, Kernel.uptime());
        state = now;
        if (!lease.equals(old)) {
            LOG.info(
                    "{}: {} from {} for {}",
                    link.name(),
                    now.address(),
                    lease.server().getHostAddress(),
                    lease.leaseTime());
        }
        service.running();
        changed.accept(now);
    }

    private static void routes(Link link, LeaseInfo lease) {
        // Classless routes replace option 3 (RFC 3442); the lease has left out what does not count.
        for (Route route : lease.routes()) {
            boolean direct = route.router().isAnyLocalAddress();
            Inet4Address gateway = direct ? null : route.router();
            attempt(() -> Netlink.addRoute(
                    link.index(),
                    route.destination(),
                    route.prefixLength(),
                    gateway,
                    !direct && !isOnLink(lease, route.router())));
        }
        if (!lease.routers().isEmpty()) {
            Inet4Address router = lease.routers().getFirst();
            attempt(() -> Netlink.addRoute(link.index(), ANY, 0, router, !isOnLink(lease, router)));
        }
    }

    private static final Inet4Address ANY = dev.garboard.dhcp.Ipv4.ANY;

    static boolean isOnLink(LeaseInfo lease, Inet4Address router) {
        int bits = dev.garboard.dhcp.Ipv4.bits(lease.address()) ^ dev.garboard.dhcp.Ipv4.bits(router);
        return lease.prefixLength() == 0 || bits >>> (32 - lease.prefixLength()) == 0;
    }

    /** What the kernel refuses of a lease's extras must not cost the address. */
    private static void attempt(Runnable change) {
        try {
            change.run();
        } catch (SystemCallException refused) {
            LOG.warn("{}", refused.getMessage());
        }
    }

    @Override
    public void deconfigure(Link link, LeaseInfo lease, String reason) {
        NetworkState before = state;
        if (before == null || before.index() != link.index()) {
            return;
        }
        LOG.warn("{}: {} is gone: {}", link.name(), lease.address().getHostAddress(), reason);
        attempt(() -> Netlink.removeAddress(link.index(), lease.address(), lease.prefixLength()));
        state = null;
        service.unhealthy("no address: " + reason);
    }
}
