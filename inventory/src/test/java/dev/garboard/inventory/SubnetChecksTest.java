package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the DHCP server could not serve, or two subnets could not serve at once. */
class SubnetChecksTest {

    private String cidr = "192.168.77.0/24";
    private String start = "192.168.77.100";
    private String end = "192.168.77.200";
    private List<String> routers = List.of();
    private List<String> timeServers = List.of();
    private @Nullable String domain;
    private long lease = 3600;
    private long bootLease = 600;
    private Map<String, String> reservations = Map.of();

    private SubnetSpec spec() {
        return new SubnetSpec(
                cidr, start, end, routers, List.of(), timeServers, domain, lease, bootLease, reservations);
    }

    private List<String> problems() {
        return problems(findings -> SubnetChecks.check(spec(), findings));
    }

    private static List<String> problems(Consumer<Findings> check) {
        var findings = new Findings();
        check.accept(findings);
        try {
            findings.throwIfAny();
            return List.of();
        } catch (InvalidResourceException refused) {
            return new ArrayList<>(refused.problems());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {60, 61, Integer.MAX_VALUE})
    void aLeaseMayLastSoLong(long seconds) {
        lease = seconds;
        bootLease = seconds;

        assertEquals(List.of(), problems());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 59, Integer.MAX_VALUE + 1L})
    void aLeaseMayNotLastSoLong(long seconds) {
        lease = seconds;
        bootLease = seconds;

        assertEquals(
                List.of(
                        "spec.leaseSeconds: found " + seconds + ", expected between 60 and 2147483647 seconds",
                        "spec.bootLeaseSeconds: found " + seconds + ", expected between 60 and 2147483647 seconds"),
                problems());
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.0.0.10, 10.0.0.20", "10.0.0.0/30, 10.0.0.1, 10.0.0.2"})
    void theLargestAndTheSmallestNetwork(String network, String first, String last) {
        cidr = network;
        start = first;
        end = last;

        assertEquals(List.of(), problems());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/7", "10.0.0.0/31", "10.0.0.1/32"})
    void noNetworkOfADifferentSize(String network) {
        cidr = network;
        // Inside of the large one.
        start = "10.0.0.10";
        end = "10.0.0.20";

        assertEquals(
                List.of("spec.cidr: found " + network
                        + ", expected a network of 8 to 30 bits such as 192.168.77.0/24, with"
                        + " no bits set after the prefix"),
                problems());
    }

    @Test
    void aRangeOfOneAddressIsARange() {
        end = start;

        assertEquals(List.of(), problems());
    }

    @Test
    void aRangeIsAsLargeAsTheServerCanKeepInMemory() {
        cidr = "10.0.0.0/8";
        start = "10.0.0.1";
        end = "10.1.0.0";
        assertEquals(List.of(), problems());

        end = "10.1.0.1";
        assertEquals(
                List.of(
                        "spec.rangeEnd: found 10.1.0.1, expected a range of at most 65536 addresses from spec.rangeStart,"
                                + " 10.0.0.1; the DHCP server keeps each in memory"),
                problems());
    }

    @Test
    void theEndsOfARangeAreHostsOfTheNetwork() {
        start = "192.168.77.0";
        end = "192.168.78.1";
        assertEquals(
                List.of(
                        "spec.rangeStart: found 192.168.77.0, expected a host address in 192.168.77.0/24",
                        "spec.rangeEnd: found 192.168.78.1, expected a host address in 192.168.77.0/24"),
                problems());

        start = "first";
        end = "192.168.77.10";
        assertEquals(
                List.of("spec.rangeStart: found first, expected an IPv4 address such as 192.168.77.10"), problems());
    }

    @Test
    void aMalformedRouterIsSaidOnce() {
        routers = List.of("gateway", "192.168.77.1");

        assertEquals(
                List.of("spec.routers[0]: found gateway, expected an IPv4 address such as 192.168.77.10"), problems());
    }

    @Test
    void domainAndTimeServersMustBeSuch() {
        domain = "Lab_1";
        timeServers = List.of("pool.ntp.org");

        assertEquals(
                List.of(
                        "spec.timeServers[0]: found pool.ntp.org, expected an IPv4 address such as 192.168.77.10",
                        "spec.domain: found Lab_1, expected at most 253 lower-case letters, digits, '-' and '.', each part"
                                + " beginning and ending with a letter or digit"),
                problems());
    }

    @Test
    void aReservationIsForOneCard() {
        reservations = Map.of("01:00:5e:00:00:01", "192.168.77.10");

        assertEquals(
                List.of("spec.reservations: found 01:00:5e:00:00:01, expected the address of one card"), problems());
    }

    @Test
    void twoSubnetsReserveNothingForTheSameCardAndNoAddressTwice() {
        reservations = Map.of("52:54:00:00:00:01", "192.168.77.10", "52:54:00:00:00:02", "192.168.77.11");
        var here = spec();
        reservations = Map.of("52:54:00:00:00:01", "192.168.78.10");
        var sameCard = spec();
        reservations = Map.of("52:54:00:00:00:03", "192.168.77.11");
        var sameAddress = spec();
        reservations = Map.of("52:54:00:00:00:04", "192.168.77.12");
        var apart = spec();

        assertEquals(
                List.of("spec.reservations[52:54:00:00:00:01]: found 192.168.77.10, expected a MAC address without a"
                        + " reservation elsewhere; in Subnet other it has 192.168.78.10: remove one of them"),
                problems(findings -> SubnetChecks.checkApart(here, "other", sameCard, findings)));
        assertEquals(
                List.of(
                        "spec.reservations[52:54:00:00:00:02]: found 192.168.77.11, expected an address that Subnet other"
                                + " does not reserve for 52:54:00:00:00:03"),
                problems(findings -> SubnetChecks.checkApart(here, "other", sameAddress, findings)));
        assertEquals(List.of(), problems(findings -> SubnetChecks.checkApart(here, "other", apart, findings)));
    }

    /** The card is named, not that its own address is taken. */
    @Test
    void theSameReservationTwiceIsOneFault() {
        reservations = Map.of("52:54:00:00:00:01", "192.168.77.10");

        assertEquals(
                1,
                problems(findings -> SubnetChecks.checkApart(spec(), "other", spec(), findings))
                        .size());
    }
}
