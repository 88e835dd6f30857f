package dev.garboard.nodeconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @Test
    void countsItsAddressesAndSubnetworks() {
        var network = Cidr.parse("10.244.0.0/16");

        assertEquals("10.244.0.10", network.host(10).getHostAddress());
        assertEquals("10.244.255.255", network.host(65535).getHostAddress());
        assertEquals(Cidr.parse("10.244.200.0/24"), network.subnet(200, 24));
        assertThrows(IllegalArgumentException.class, () -> network.host(65536));
        assertThrows(IllegalArgumentException.class, () -> network.subnet(256, 24));
    }

    @Test
    void knowsWhatItSharesWithAnother() {
        var network = Cidr.parse("10.96.0.0/12");

        assertTrue(network.overlaps(Cidr.parse("10.99.0.0/24")));
        assertTrue(Cidr.parse("10.99.0.0/24").overlaps(network));
        assertTrue(network.contains(Cidr.address("10.111.255.255")));
        assertFalse(network.contains(Cidr.address("10.112.0.0")));
        assertFalse(Cidr.parse("10.99.0.0/24").contains(network));
        assertTrue(Cidr.parse("0.0.0.0/0").contains(network));
        assertEquals(
                "192.168.77.0/24", Cidr.of(Cidr.address("192.168.77.11"), 24).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.0/+8",
                "10.0.0.256/8",
                "10.0.0.1/8",
                "fd00::/8",
                "10.0.0.0/08"
            })
    void refusesWhatIsNoNetwork(String text) {
        assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
    }
}
