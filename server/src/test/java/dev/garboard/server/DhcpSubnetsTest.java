package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.dhcp.server.Pool;
import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceRules;
import dev.garboard.inventory.SubnetSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API takes is what the DHCP server can serve. */
class DhcpSubnetsTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/15, 10.0.0.1, 10.1.0.0, true",
        "10.0.0.0/15, 10.0.0.1, 10.1.0.1, false",
        "192.0.2.0/30, 192.0.2.1, 192.0.2.2, true",
        "192.0.2.0/31, 192.0.2.0, 192.0.2.1, false",
        "192.0.2.0/32, 192.0.2.0, 192.0.2.0, false",
        "192.0.2.0/24, 192.0.2.0, 192.0.2.9, false",
        "192.0.2.0/24, 192.0.2.9, 192.0.2.255, false",
        "192.0.2.0/24, 192.0.2.9, 192.0.2.8, false",
        "192.0.2.0/24, 192.0.3.1, 192.0.3.9, false",
        "192.0.2.1/24, 192.0.2.8, 192.0.2.9, false"
    })
    void theBordersAreTheSame(String cidr, String start, String end, boolean served) {
        var subnet = subnet(cidr, start, end, 60, 60);

        assertEquals(served, isAccepted(subnet));
        assertEquals(served, isServed(subnet));
    }

    @Test
    void nothingIsAcceptedThatCannotBeServed() {
        var random = new Random(20260304);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            int prefix = 6 + random.nextInt(27);
            int network = random.nextInt() & (int) (0xFFFFFFFFL << (32 - prefix));
            long size = 1L << (32 - prefix);
            var subnet = subnet(
                    text(network) + "/" + prefix,
                    text(network + (int) random.nextLong(size)),
                    text(network + (int) random.nextLong(size)),
                    random.nextInt(200),
                    random.nextInt(200));
            if (isAccepted(subnet)) {
                accepted++;
                assertTrue(isServed(subnet), () -> subnet.spec().toString());
            }
        }
        assertTrue(accepted > 1000, accepted + " were accepted");
    }

    private static boolean isAccepted(Resource<SubnetSpec, NoStatus> subnet) {
        try {
            ResourceRules.check(subnet);
            return true;
        } catch (InvalidResourceException refused) {
            return false;
        }
    }

    private static boolean isServed(Resource<SubnetSpec, NoStatus> subnet) {
        try {
            return new Pool(DhcpSubnets.of(subnet), List.of(), List.of(), InstantSource.system())
                    .active()
                    .isEmpty();
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    private static Resource<SubnetSpec, NoStatus> subnet(String cidr, String start, String end, long lease, long boot) {
        var spec = new SubnetSpec(cidr, start, end, List.of(), List.of(), List.of(), null, lease, boot, Map.of());
        return new Resource<>(Kinds.SUBNET, ObjectMeta.named("lab"), spec, new NoStatus());
    }

    private static String text(int bits) {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
