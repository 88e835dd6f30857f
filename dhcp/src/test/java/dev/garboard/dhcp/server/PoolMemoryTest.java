package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a pool remembers of its clients, and what it forgets when. */
class PoolMemoryTest {

    private static final Inet4Address A = Ipv4.parse("192.168.77.10");
    private static final Inet4Address B = Ipv4.parse("192.168.77.11");

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    private Pool pool(Inet4Address from, Inet4Address to, Lease... stored) {
        return new Pool(subnet(from, to, List.of()), List.of(Bench.SERVER), List.of(stored), () -> now);
    }

    /** Leases of 20 s end while the hold of a minute of their offer would still run. */
    private static Subnet subnet(Inet4Address from, Inet4Address to, List<Inet4Address> dnsServers) {
        return new Subnet(
                "lab",
                Ipv4.parse("192.168.77.0"),
                24,
                from,
                to,
                List.of(Ipv4.parse("192.168.77.2")),
                dnsServers,
                List.of(),
                null,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Map.of());
    }

    private static Client client(int number) {
        return client(number, null);
    }

    private static Client client(int number, @Nullable Octets id) {
        var mac = MacAddress.parse("52:54:00:00:%02x:%02x".formatted(number >> 8, number & 255));
        var options = id == null ? DhcpOptions.NONE : DhcpOptions.of(new DhcpOption.ClientIdentifier(id));
        return Client.of(DhcpMessage.fromClient(mac, 1, options), mac);
    }

    private static Inet4Address lease(Pool pool, Client client, Inet4Address address) {
        pool.confirm(pool.prepare(client, address));
        return address;
    }

    private Lease stored(Client client, Inet4Address address) {
        return new Lease(address, client.mac(), client.clientId(), "lab", now, now.plusSeconds(20));
    }

    @Test
    void aStoredLeaseIsItsOwnersAndNobodyElses() {
        // Neither is where the hash of its MAC address would lead in a pool without memory.
        for (int number = 1; number <= 20; number++) {
            var fresh = pool(A, B).choose(client(number), Optional.empty()).orElseThrow();
            var other = fresh.equals(A) ? B : A;
            var pool = pool(A, B, stored(client(number), other));

            assertEquals(Optional.of(other), pool.held(client(number)));
            assertEquals(Optional.of(other), pool.choose(client(number), Optional.empty()));
            assertEquals(Optional.of(fresh), pool.choose(client(99), Optional.of(other)));
        }
    }

    @Test
    void ofTwoStoredLeasesOfOneMachineTheLaterCounts() {
        var earlier = new Lease(B, client(1).mac(), null, "lab", now.minusSeconds(5), now.plusSeconds(100));

        var pool = pool(A, B, stored(client(1), A), earlier);

        assertEquals(Optional.of(A), pool.held(client(1)));
        assertEquals(List.of(A), pool.active().stream().map(Lease::address).toList());
    }

    @Test
    void aStoredLeaseOfAnotherNetworkIsNoneOfThisPool() {
        var pool = pool(A, B, stored(client(1), Ipv4.parse("10.0.0.10")));

        assertTrue(pool.held(client(1)).isEmpty());
        assertEquals(List.of(), pool.active());
    }

    @Test
    void serverRouterAndNameServerAreGivenToNobodyWhoeverAsks() {
        var subnet =
                subnet(Ipv4.parse("192.168.77.1"), Ipv4.parse("192.168.77.4"), List.of(Ipv4.parse("192.168.77.3")));
        for (int number = 0; number < 50; number++) {
            var pool = new Pool(subnet, List.of(Bench.SERVER), List.of(), () -> now);
            for (var wish : List.of("192.168.77.1", "192.168.77.2", "192.168.77.3")) {
                assertEquals(
                        Optional.of(Ipv4.parse("192.168.77.4")),
                        pool.choose(client(number), Optional.of(Ipv4.parse(wish))));
            }
        }
    }

    @Test
    void anAddressIsHeldWhileItsLeaseIsWritten() {
        var pool = pool(A, A);

        pool.prepare(client(1), A);

        assertEquals(Optional.of(A), pool.held(client(1)));
        assertTrue(pool.choose(client(2), Optional.empty()).isEmpty());
        assertEquals(List.of(), pool.active());
    }

    @Test
    void aHoldEndsWithTheGrantSoThatAShortLeaseEndsWhenItSays() {
        var pool = pool(A, A);
        pool.choose(client(1), Optional.empty());
        lease(pool, client(1), A);

        now = now.plusSeconds(20);

        assertTrue(pool.held(client(1)).isEmpty());
        assertEquals(Optional.of(A), pool.choose(client(2), Optional.empty()));
    }

    @Test
    void aHoldEndsWithARelease() {
        var pool = pool(A, A);
        pool.choose(client(1), Optional.empty());

        assertTrue(pool.release(client(1), A).isEmpty());

        assertEquals(Optional.of(A), pool.choose(client(2), Optional.empty()));
    }

    @Test
    void aClientHoldsOneAddress() {
        var pool = pool(A, B);
        pool.prepare(client(1), A);

        pool.prepare(client(1), B);

        assertEquals(Optional.of(B), pool.held(client(1)));
        assertTrue(pool.allows(client(2), A));
    }

    @Test
    void aHoldThatPassesToAnotherClientIsNoLongerTheFirstOnes() {
        var pool = pool(A, A);
        pool.choose(client(1), Optional.empty());
        now = now.plusSeconds(60);
        pool.choose(client(2), Optional.empty());

        assertTrue(pool.held(client(1)).isEmpty());
        assertEquals(Optional.of(A), pool.held(client(2)));
    }

    @Test
    void onlyTheOwnerReleasesAndOnlyOnce() {
        var pool = pool(A, B);
        lease(pool, client(1), A);

        assertTrue(pool.release(client(2), A).isEmpty());
        assertEquals(Optional.of(A), pool.held(client(1)));

        assertEquals(now, pool.release(client(1), A).orElseThrow().expires());
        assertTrue(pool.release(client(1), A).isEmpty());
    }

    @Test
    void aDeclinedLeaseIsReturnedForTheJournal() {
        var pool = pool(A, B);
        lease(pool, client(1), A);

        var ended = pool.quarantine(client(1), A).orElseThrow();

        assertEquals(A, ended.address());
        assertEquals(now, ended.expires());
    }

    @Test
    void anAddressThatWasTakenOverIsNoLongerTheFormerOwners() {
        var pool = pool(A, B);
        lease(pool, client(1), A);
        now = now.plusSeconds(20);
        lease(pool, client(2), A);

        assertTrue(pool.held(client(1)).isEmpty());
        assertEquals(Optional.of(B), pool.choose(client(1), Optional.empty()));
        assertEquals(Optional.of(A), pool.held(client(2)));
    }

    @Test
    void aMachineThatMovesToAnotherAddressLeavesTheFirst() {
        var pool = pool(A, B);
        lease(pool, client(1), A);

        lease(pool, client(1), B);

        assertEquals(List.of(B), pool.active().stream().map(Lease::address).toList());
        assertTrue(pool.allows(client(2), A));
    }

    @Test
    void aClientIdIsForgottenWhenItsAddressGoesToAnother() {
        var first = Octets.ofHex("ff01");
        var pool = pool(A, Ipv4.parse("192.168.77.40"));
        lease(pool, client(1, first), A);
        now = now.plusSeconds(20);
        lease(pool, client(2, Octets.ofHex("ff02")), A);
        now = now.plusSeconds(20);

        assertNotEquals(A, pool.choose(client(3, first), Optional.empty()).orElseThrow());
    }

    @Test
    void newMachinesAreSpreadOverThePool() {
        var given = new HashSet<Inet4Address>();
        for (int number = 0; number < 100; number++) {
            var pool = pool(A, Ipv4.parse("192.168.77.109"));
            given.add(pool.choose(client(number), Optional.empty()).orElseThrow());
        }
        assertTrue(given.size() > 40, () -> given.size() + " different addresses for 100 machines");
    }
}
