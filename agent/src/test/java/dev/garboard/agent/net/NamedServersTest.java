package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.client.LeaseInfo;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NamedServersTest {

    private static final List<InetAddress> WANTED = List.of(InetAddress.ofLiteral("192.0.2.53"));
    private static final List<InetAddress> WANTED_TIME = List.of(InetAddress.ofLiteral("192.0.2.123"));
    private static final List<InetAddress> LEASED = List.of(InetAddress.ofLiteral("192.168.77.1"));
    private static final List<InetAddress> LEASED_TIME = List.of(InetAddress.ofLiteral("192.168.77.2"));

    private static LeaseInfo lease() {
        return new LeaseInfo(
                Ipv4.parse("192.168.77.50"),
                24,
                List.of(),
                List.of(),
                List.of(Ipv4.parse("192.168.77.1")),
                List.of(Ipv4.parse("192.168.77.2")),
                null,
                "lab.example",
                List.of(),
                OptionalInt.empty(),
                Ipv4.parse("192.168.77.1"),
                Duration.ofHours(1),
                Duration.ofMinutes(30),
                Duration.ofMinutes(50));
    }

    @Test
    void theLeasesServersAreUsedWhereTheDesiredStateNamesNone() {
        var servers = NamedServers.NONE.leased(lease());

        assertEquals(LEASED, servers.resolvers());
        assertEquals(List.of("lab.example"), servers.searchDomains());
        assertEquals(LEASED_TIME, servers.timeServers());
    }

    @Test
    void aRenewalLeavesTheServersOfTheDesiredState() {
        var servers =
                NamedServers.NONE.leased(lease()).wanted(WANTED, WANTED_TIME).leased(lease());

        assertEquals(WANTED, servers.resolvers());
        assertEquals(List.of(), servers.searchDomains());
        assertEquals(WANTED_TIME, servers.timeServers());
    }

    @Test
    void whenTheDesiredStateNamesNoneAnyMoreTheLeasesAreBackAtOnce() {
        var servers =
                NamedServers.NONE.leased(lease()).wanted(WANTED, WANTED_TIME).wanted(List.of(), List.of());

        assertEquals(LEASED, servers.resolvers());
        assertEquals(List.of("lab.example"), servers.searchDomains());
        assertEquals(LEASED_TIME, servers.timeServers());
    }

    @Test
    void theDesiredStateMayComeBeforeAnyLease() {
        assertEquals(WANTED, NamedServers.NONE.wanted(WANTED, List.of()).resolvers());
        assertEquals(List.of(), NamedServers.NONE.wanted(WANTED, List.of()).timeServers());
    }
}
