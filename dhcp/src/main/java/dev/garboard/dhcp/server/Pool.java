package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The addresses of one subnet, in memory. A client is its MAC address; its client id is an alias that brings it back to an
 * address nobody uses any more, never to one in use, because cloned disks carry cloned ids.
 */
public final class Pool implements PoolView {

    /** EDK2 takes up to 15 s from an offer to its REQUEST, row M of the measurements. */
    private static final Duration HOLD = Duration.ofSeconds(60);

    private static final Duration QUARANTINE = Duration.ofMinutes(10);

    private final Subnet subnet;
    private final InstantSource clock;
    private final Set<Inet4Address> excluded;
    private final Map<Inet4Address, MacAddress> reserved = new HashMap<>();
    private final Map<Inet4Address, Lease> leases = new HashMap<>();
    private final Map<MacAddress, Inet4Address> addresses = new HashMap<>();
    private final Map<Octets, Inet4Address> aliases = new HashMap<>();
    private final Map<Inet4Address, Hold> holds = new HashMap<>();
    private final Map<MacAddress, Inet4Address> offered = new HashMap<>();
    private final Map<Inet4Address, Instant> quarantined = new HashMap<>();

    private record Hold(MacAddress mac, Instant until) {}

    /**
     * Begins with the leases of an earlier life.
     *
     * @param servers this server's own addresses, which are given to nobody
     */
    public Pool(Subnet subnet, Collection<Inet4Address> servers, List<Lease> stored, InstantSource clock) {
        this.subnet = subnet;
        this.clock = clock;
        this.excluded = new HashSet<>(servers);
        excluded.addAll(subnet.routers());
        excluded.addAll(subnet.dnsServers());
        subnet.reservations().forEach((mac, address) -> reserved.put(address, mac));
        stored.stream()
                .filter(lease -> subnet.contains(lease.address()))
                .sorted(Comparator.comparing(Lease::start))
                .forEach(this::remember);
    }

    @Override
    public Subnet subnet() {
        return subnet;
    }

    @Override
    public synchronized Optional<Inet4Address> held(Client client) {
        var now = clock.instant();
        return leased(client).or(() -> offeredTo(client.mac(), now));
    }

    @Override
    public synchronized Optional<Inet4Address> leased(Client client) {
        var now = clock.instant();
        return leaseOf(client.mac()).filter(lease -> lease.isActive(now)).map(Lease::address);
    }

    @Override
    public synchronized boolean allows(Client client, Inet4Address address) {
        var owner = reserved.get(address);
        boolean mine = client.mac().equals(owner);
        boolean given = mine || (owner == null && subnet.inRange(address) && !excluded.contains(address));
        // A machine with a reservation has no business with another address, unless its own cannot be had.
        var reservation = subnet.reservations().get(client.mac());
        boolean displaced = reservation != null && !reservation.equals(address) && isFreeFor(client.mac(), reservation);
        return given && !displaced && isFreeFor(client.mac(), address);
    }

    @Override
    public synchronized Optional<Inet4Address> choose(Client client, Optional<Inet4Address> wish) {
        var now = clock.instant();
        var preferred = Stream.of(
                        Optional.ofNullable(subnet.reservations().get(client.mac())),
                        offeredTo(client.mac(), now),
                        leaseOf(client.mac()).map(Lease::address),
                        Optional.ofNullable(client.clientId()).map(aliases::get),
                        wish)
                .flatMap(Optional::stream);
        var chosen = Stream.concat(preferred, candidates(client.mac()))
                .filter(address -> allows(client, address))
                .findFirst()
                .or(() -> longestExpired(client));
        chosen.ifPresent(address -> hold(client.mac(), address, now));
        return chosen;
    }

    /** The lease to be committed; until {@link #confirm} the address is only held. */
    synchronized Lease prepare(Client client, Inet4Address address) {
        var now = clock.instant();
        hold(client.mac(), address, now);
        return new Lease(
                address,
                client.mac(),
                client.clientId(),
                subnet.name(),
                now,
                now.plus(subnet.leaseTimeOf(client.kind())));
    }

    synchronized void confirm(Lease lease) {
        remember(lease);
        dropHold(lease.mac());
    }

    /** Ends the client's lease of the address, if it has one, and returns it for the journal. */
    synchronized Optional<Lease> release(Client client, Inet4Address address) {
        var now = clock.instant();
        dropHold(client.mac());
        var ended = Optional.ofNullable(leases.get(address))
                .filter(lease -> lease.mac().equals(client.mac()) && lease.isActive(now))
                .map(lease -> lease.endedAt(now));
        ended.ifPresent(this::remember);
        return ended;
    }

    /** Gives the address to nobody for a while. */
    synchronized Optional<Lease> quarantine(Client client, Inet4Address address) {
        quarantined.put(address, clock.instant().plus(QUARANTINE));
        return release(client, address);
    }

    /** The leases that have not run out. */
    public synchronized List<Lease> active() {
        var now = clock.instant();
        return leases.values().stream().filter(lease -> lease.isActive(now)).toList();
    }

    /** Addresses without any history first, from a place that depends on the MAC address alone: stable without a store. */
    private Stream<Inet4Address> candidates(MacAddress mac) {
        int size = subnet.size();
        int first = Math.floorMod(spread(mac.octets().hashCode()), size);
        int start = Ipv4.bits(subnet.rangeStart());
        return IntStream.range(0, size)
                .mapToObj(step -> Ipv4.of(start + (first + step) % size))
                .filter(address -> !leases.containsKey(address));
    }

    private Optional<Inet4Address> longestExpired(Client client) {
        return leases.values().stream()
                .sorted(Comparator.comparing(Lease::expires))
                .map(Lease::address)
                .filter(address -> allows(client, address))
                .findFirst();
    }

    private boolean isFreeFor(MacAddress mac, Inet4Address address) {
        var now = clock.instant();
        var lease = leases.get(address);
        if (lease != null && lease.isActive(now) && !lease.mac().equals(mac)) {
            return false;
        }
        var hold = holds.get(address);
        if (hold != null && now.isBefore(hold.until()) && !hold.mac().equals(mac)) {
            return false;
        }
        var until = quarantined.get(address);
        if (until != null && !now.isBefore(until)) {
            quarantined.remove(address);
            return true;
        }
        return until == null;
    }

    private void remember(Lease lease) {
        var mac = lease.mac();
        var previous = leases.put(lease.address(), lease);
        if (previous != null && !previous.mac().equals(mac)) {
            addresses.remove(previous.mac(), lease.address());
        }
        if (previous != null && previous.clientId() != null) {
            aliases.remove(previous.clientId(), lease.address());
        }
        // A machine has one address: the one it leased last.
        var other = addresses.put(mac, lease.address());
        if (other != null && !other.equals(lease.address())) {
            var old = leases.get(other);
            if (old != null && old.mac().equals(mac) && old.isActive(lease.start())) {
                leases.put(other, old.endedAt(lease.start()));
            }
        }
        if (lease.clientId() != null) {
            aliases.put(lease.clientId(), lease.address());
        }
    }

    private Optional<Lease> leaseOf(MacAddress mac) {
        return Optional.ofNullable(addresses.get(mac)).map(leases::get).filter(Objects::nonNull);
    }

    private Optional<Inet4Address> offeredTo(MacAddress mac, Instant now) {
        return Optional.ofNullable(offered.get(mac))
                .filter(address -> Optional.ofNullable(holds.get(address))
                        .filter(hold -> hold.mac().equals(mac) && now.isBefore(hold.until()))
                        .isPresent());
    }

    private void hold(MacAddress mac, Inet4Address address, Instant now) {
        dropHold(mac);
        var previous = holds.put(address, new Hold(mac, now.plus(HOLD)));
        if (previous != null) {
            offered.remove(previous.mac(), address);
        }
        offered.put(mac, address);
    }

    private void dropHold(MacAddress mac) {
        var address = offered.remove(mac);
        if (address != null) {
            holds.remove(address);
        }
    }

    private static int spread(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ (h >>> 16);
    }
}
