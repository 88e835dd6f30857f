package dev.garboard.server;

import dev.garboard.dhcp.server.BootDirector;
import dev.garboard.dhcp.server.DhcpEvents;
import dev.garboard.dhcp.server.DhcpListener;
import dev.garboard.dhcp.server.DhcpPorts;
import dev.garboard.dhcp.server.DhcpServer;
import dev.garboard.dhcp.server.Lease;
import dev.garboard.dhcp.server.Pool;
import dev.garboard.dhcp.server.ReplyRules;
import dev.garboard.dhcp.server.RouterAdvertiser;
import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.SubnetSpec;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DHCP for the subnets that are declared. When one of them changes, the pools are built anew from the stored leases and the sockets are
 * opened again; a request that falls into those milliseconds is repeated by its client.
 */
final class DhcpService implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DhcpService.class);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final Config.Dhcp config;
    private final Inventory inventory;
    private final BootDirector director;
    private final DhcpEvents events;
    private final Metrics metrics;
    private final InstantSource clock;
    private final List<RouterAdvertiser> advertisers = new ArrayList<>();
    private volatile @Nullable ResourceMirror<SubnetSpec, NoStatus> subnets;
    private @Nullable DhcpListener listener;
    private volatile List<Pool> pools = List.of();
    private volatile @Nullable ServingLoop loop;
    private volatile boolean stale;
    private boolean closed;

    DhcpService(
            Config.Dhcp config,
            Inventory inventory,
            BootDirector director,
            DhcpEvents events,
            Metrics metrics,
            InstantSource clock) {
        this.config = config;
        this.inventory = inventory;
        this.director = director;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
    }

    synchronized void start() {
        if (!config.enabled()) {
            return;
        }
        listen();
        loop = ServingLoop.start(inventory.parts().part("dhcp"), LOOK_EVERY, this::look);
        subnets = ResourceMirror.start(inventory.store(), Kinds.SUBNET, (_, _) -> subnetChanged());
        if (config.routerAdvertisement()) {
            config.interfaces().forEach(i -> RouterAdvertiser.start(i.name()).ifPresent(advertisers::add));
        }
    }

    /** The address that a MAC address has a lease of now. */
    Optional<String> addressOf(String mac) {
        return pools.stream()
                .flatMap(pool -> pool.active().stream())
                .filter(lease -> lease.mac().toString().equals(mac))
                .map(Lease::address)
                .map(Inet4Address::getHostAddress)
                .findFirst();
    }

    private void subnetChanged() {
        stale = true;
        var running = loop;
        // The first listing tells what listen() has read already.
        if (running != null && subnets != null) {
            running.wake();
        }
    }

    /** Takes changed subnets, and opens the sockets again when one was lost. What fails is tried again, and reported meanwhile. */
    private synchronized void look() {
        if (!closed && (stale || listener == null || !listener.isOpen())) {
            listen();
        }
    }

    private void listen() {
        stale = false;
        var bindings = config.interfaces().stream()
                .map(i -> new DhcpListener.Binding(i.name(), Inet4Address.ofLiteral(i.address())))
                .toList();
        var servers = bindings.stream().map(DhcpListener.Binding::address).toList();
        var journal = new DhcpLeases(inventory.leases(), metrics);
        var built = pools(servers, journal);
        var ports = new DhcpPorts(config.port(), DhcpPorts.STANDARD.client(), DhcpPorts.STANDARD.boot());
        var server = new DhcpServer(built, ReplyRules.authoritative(), director, journal, ports, clock);
        if (listener != null) {
            listener.close();
            listener = null;
        }
        listener = DhcpListener.bind(bindings, ports, server, events);
        pools = built;
        if (built.isEmpty()) {
            log.atWarn().log("no subnet is declared, so no machine gets an address");
        }
    }

    /** One for each subnet that can be served; the others are named, and keep none of these from being served. */
    private List<Pool> pools(List<Inet4Address> servers, DhcpLeases journal) {
        var built = new ArrayList<Pool>();
        var refused = new HashMap<String, String>();
        for (var resource : inventory.store().list(Kinds.SUBNET).items()) {
            try {
                var subnet = DhcpSubnets.of(resource);
                built.add(new Pool(subnet, servers, journal.load(subnet.name()), clock));
            } catch (IllegalArgumentException unservable) {
                refused.put(resource.name(), unservable.getMessage() + "; correct or delete it");
            }
        }
        inventory.store().setAside().replace("unservable Subnet", refused);
        return List.copyOf(built);
    }

    @Override
    public void close() {
        var running = loop;
        if (running != null) {
            running.close();
        }
        stop();
    }

    private synchronized void stop() {
        closed = true;
        advertisers.forEach(RouterAdvertiser::close);
        if (listener != null) {
            listener.close();
        }
        if (subnets != null) {
            subnets.close();
        }
    }
}
