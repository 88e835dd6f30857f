package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.DhcpOptions;
import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PoolTest {

    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    private Pool pool(String from, String to, Map<MacAddress, Inet4Address> reservations) {
        return new Pool(Bench.subnet(from, to, reservations), List.of(Bench.SERVER), List.of(), () -> now);
    }

    private static Client client(int number) {
        return client(number, null);
    }

    private static Client client(int number, @Nullable Octets id) {
        var mac = MacAddress.parse("52:54:00:00:%02x:%02x".formatted(number >> 8, number & 255));
        var options = id == null ? DhcpOptions.NONE : DhcpOptions.of(new DhcpOption.ClientIdentifier(id));
        return Client.of(DhcpMessage.fromClient(mac, 1, options), mac);
    }

    private static Inet4Address lease(Pool pool, Client client) {
        var address = pool.choose(client, Optional.empty()).orElseThrow();
        pool.confirm(pool.prepare(client, address));
        return address;
    }

    @Test
    void everyClientGetsAnAddressOfItsOwnUntilThePoolIsEmpty() {
        var pool = pool("192.168.77.10", "192.168.77.109", Map.of());
        var given = new HashSet<Inet4Address>();
        for (int i = 0; i < 100; i++) {
            assertTrue(given.add(lease(pool, client(i))));
        }
        assertTrue(pool.choose(client(100), Optional.empty()).isEmpty());
    }

    @Test
    void theAddressDependsOnTheMacAlone() {
        var first = lease(pool("192.168.77.10", "192.168.77.109", Map.of()), client(7));
        var second = lease(pool("192.168.77.10", "192.168.77.109", Map.of()), client(7));

        assertEquals(first, second);
    }

    /** What port 4011 asks: anybody can ask for an offer in any machine's name. */
    @Test
    void anAddressIsLeasedWhenItWasGrantedAndNotWhenItWasOffered() {
        var pool = pool("192.168.77.10", "192.168.77.10", Map.of());
        var offered = pool.choose(client(1), Optional.empty()).orElseThrow();
        assertEquals(Optional.of(offered), pool.held(client(1)));
        assertEquals(Optional.empty(), pool.leased(client(1)));

        pool.confirm(pool.prepare(client(1), offered));
        assertEquals(Optional.of(offered), pool.leased(client(1)));
        assertEquals(Optional.empty(), pool.leased(client(2)));

        now = now.plusSeconds(3600);
        assertEquals(Optional.empty(), pool.leased(client(1)));
    }

    @Test
    void anOfferHoldsItsAddressForAMinute() {
        var pool = pool("192.168.77.10", "192.168.77.10", Map.of());
        var only = pool.choose(client(1), Optional.empty());

        assertEquals(only, pool.choose(client(1), Optional.empty()));
        assertTrue(pool.choose(client(2), Optional.empty()).isEmpty());

        now = now.plusSeconds(60);
        assertEquals(only, pool.choose(client(2), Optional.empty()));
        assertTrue(pool.held(client(1)).isEmpty());
    }

    @Test
    void anExpiredLeaseIsReusedLast() {
        var pool = pool("192.168.77.10", "192.168.77.11", Map.of());
        var first = lease(pool, client(1));
        now = now.plusSeconds(4000);

        var second = lease(pool, client(2));
        assertNotEquals(first, second);
        // The first client comes back to its own address, and a third one has to wait until it leaves.
        assertEquals(first, lease(pool, client(1)));
        assertTrue(pool.choose(client(3), Optional.empty()).isEmpty());
        now = now.plusSeconds(3601);
        assertTrue(pool.choose(client(3), Optional.empty()).isPresent());
    }

    @Test
    void aReservationIsForItsMachineOnlyAndMayLieOutsideTheRange() {
        var reserved = Ipv4.parse("192.168.77.5");
        var inside = Ipv4.parse("192.168.77.10");
        var pool = pool(
                "192.168.77.10",
                "192.168.77.11",
                Map.of(client(1).mac(), reserved, client(2).mac(), inside));

        assertEquals(reserved, lease(pool, client(1)));
        assertEquals(Ipv4.parse("192.168.77.11"), lease(pool, client(3)));
        assertTrue(pool.choose(client(4), Optional.empty()).isEmpty());
        assertFalse(pool.allows(client(4), inside));
        assertEquals(inside, lease(pool, client(2)));
    }

    @Test
    void aMachineWithANewReservationMayNotKeepItsOldAddress() {
        var old = Ipv4.parse("192.168.77.10");
        var stored = new Lease(old, client(1).mac(), null, "lab", now, now.plusSeconds(600));
        var pool = new Pool(
                Bench.subnet("192.168.77.10", "192.168.77.20", Map.of(client(1).mac(), Ipv4.parse("192.168.77.5"))),
                List.of(Bench.SERVER),
                List.of(stored),
                () -> now);

        assertFalse(pool.allows(client(1), old));
        assertEquals(Ipv4.parse("192.168.77.5"), lease(pool, client(1)));
    }

    @Test
    void theServerAndTheRoutersAreGivenToNobody() {
        var server = Ipv4.parse("192.168.77.1");
        var router = Ipv4.parse("192.168.77.2");
        var names = Ipv4.parse("192.168.77.3");
        var free = Ipv4.parse("192.168.77.4");
        var lab = Bench.subnet("192.168.77.1", "192.168.77.4", Map.of());
        var subnet = new Subnet(
                lab.name(),
                lab.network(),
                lab.prefixLength(),
                lab.rangeStart(),
                lab.rangeEnd(),
                List.of(router),
                List.of(names),
                List.of(),
                null,
                lab.leaseTime(),
                lab.bootLeaseTime(),
                Map.of());
        for (var taken : List.of(server, router, names)) {
            var pool = new Pool(subnet, List.of(server), List.of(), () -> now);

            assertEquals(Optional.of(free), pool.choose(client(1), Optional.of(taken)), taken::toString);
            assertFalse(pool.allows(client(2), taken), taken::toString);
            assertTrue(pool.choose(client(2), Optional.of(taken)).isEmpty(), taken::toString);
        }
    }

    @Test
    void aWishIsGrantedIfItIsFree() {
        var pool = pool("192.168.77.10", "192.168.77.109", Map.of());
        var wish = Ipv4.parse("192.168.77.77");

        assertEquals(Optional.of(wish), pool.choose(client(1), Optional.of(wish)));
        assertNotEquals(Optional.of(wish), pool.choose(client(2), Optional.of(wish)));
    }

    @Test
    void aClientIdBringsANewCardToTheOldAddressOnceThatIsFree() {
        var id = Octets.ofHex("ff0102030405");
        var pool = pool("192.168.77.10", "192.168.77.109", Map.of());
        var address = lease(pool, client(1, id));

        // A cloned disk has a cloned id: while the first machine runs, the second one gets another address.
        assertNotEquals(address, pool.choose(client(2, id), Optional.empty()).orElseThrow());
        now = now.plusSeconds(4000);
        assertEquals(address, pool.choose(client(3, id), Optional.empty()).orElseThrow());
    }

    @Test
    void aQuarantineEnds() {
        var pool = pool("192.168.77.10", "192.168.77.10", Map.of());
        var address = lease(pool, client(1));

        pool.quarantine(client(1), address);

        assertTrue(pool.choose(client(1), Optional.empty()).isEmpty());
        now = now.plusSeconds(600);
        assertEquals(Optional.of(address), pool.choose(client(1), Optional.empty()));
    }

    @Test
    void subnetsThatMakeNoSenseAreRefusedWithTheReason() {
        assertRefused(
                "the range ends at 192.168.77.10, before",
                () -> Bench.subnet("192.168.77.20", "192.168.77.10", Map.of()));
        assertRefused("10.0.0.1 is not a host address of", () -> Bench.subnet("10.0.0.1", "192.168.77.10", Map.of()));
        assertRefused(
                "192.168.77.255 is not a host address",
                () -> Bench.subnet("192.168.77.20", "192.168.77.255", Map.of()));
        assertRefused(
                "reserves one address for two machines",
                () -> Bench.subnet(
                        "192.168.77.20",
                        "192.168.77.30",
                        Map.of(
                                client(1).mac(), Ipv4.parse("192.168.77.5"),
                                client(2).mac(), Ipv4.parse("192.168.77.5"))));
    }

    private static void assertRefused(String part, Executable subnet) {
        var message = String.valueOf(
                assertThrows(IllegalArgumentException.class, subnet).getMessage());
        assertTrue(message.contains(part), message);
    }
}
