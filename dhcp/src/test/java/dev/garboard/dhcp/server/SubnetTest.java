package dev.garboard.dhcp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.Ipv4;
import dev.garboard.dhcp.MacAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where what a subnet may be ends, to the last address and second. */
class SubnetTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static Subnet subnet(String network, int prefix, String from, String to, Duration lease, Duration boot) {
        return new Subnet(
                "lab",
                Ipv4.parse(network),
                prefix,
                Ipv4.parse(from),
                Ipv4.parse(to),
                List.of(),
                List.of(),
                List.of(),
                null,
                lease,
                boot,
                Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "128.0.0.0, 1, 128.0.0.1, 128.0.0.9",
        "192.168.77.0, 30, 192.168.77.1, 192.168.77.2",
        "10.0.0.0, 8, 10.0.0.1, 10.1.0.0",
        "10.0.0.0, 8, 10.0.0.1, 10.0.0.1"
    })
    void theSmallestAndTheLargestCanBe(String network, int prefix, String from, String to) {
        var subnet = subnet(network, prefix, from, to, HOUR, HOUR);

        assertEquals(Ipv4.bits(Ipv4.parse(to)) - Ipv4.bits(Ipv4.parse(from)) + 1, subnet.size());
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0, 10.0.0.1, 10.0.0.9, prefix of 0 bits",
        "192.168.77.0, 31, 192.168.77.0, 192.168.77.1, prefix of 31 bits",
        "192.168.77.1, 24, 192.168.77.2, 192.168.77.9, bits beyond its prefix",
        "192.168.77.0, 24, 192.168.77.0, 192.168.77.9, 192.168.77.0 is not a host address",
        "192.168.77.0, 24, 192.168.77.1, 192.168.78.9, 192.168.78.9 is not a host address"
    })
    void beyondThatItIsRefused(String network, int prefix, String from, String to, String why) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> subnet(network, prefix, from, to, HOUR, HOUR));

        assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal::getMessage);
    }

    @Test
    void aLeaseLastsASecondAtLeast() {
        var second = Duration.ofSeconds(1);
        var less = Duration.ofMillis(999);

        subnet("10.0.0.0", 8, "10.0.0.1", "10.0.0.9", second, second);

        assertThrows(IllegalArgumentException.class, () -> subnet("10.0.0.0", 8, "10.0.0.1", "10.0.0.9", less, second));
        assertThrows(IllegalArgumentException.class, () -> subnet("10.0.0.0", 8, "10.0.0.1", "10.0.0.9", second, less));
    }

    @Test
    void aReservationMayLieOutsideTheRangeButNotOutsideTheNetwork() {
        var mac = MacAddress.parse("52:54:00:00:00:01");

        Bench.subnet("192.168.77.20", "192.168.77.30", Map.of(mac, Ipv4.parse("192.168.77.5")));

        assertThrows(
                IllegalArgumentException.class,
                () -> Bench.subnet("192.168.77.20", "192.168.77.30", Map.of(mac, Ipv4.parse("10.0.0.5"))));
    }

    @Test
    void theRangeHasBothItsEnds() {
        var subnet = Bench.subnet("192.168.77.20", "192.168.77.30", Map.of());

        assertTrue(subnet.inRange(Ipv4.parse("192.168.77.20")));
        assertTrue(subnet.inRange(Ipv4.parse("192.168.77.30")));
        assertFalse(subnet.inRange(Ipv4.parse("192.168.77.19")));
        assertFalse(subnet.inRange(Ipv4.parse("192.168.77.31")));
    }
}
