package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.cli.Ipv4Network.Range;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class Ipv4NetworkTest {

    record Vector(String cidr, String server, Range pool) {}

    static final List<Vector> vectors = List.of(
            new Vector("192.168.77.0/24", "192.168.77.1", new Range("192.168.77.100", "192.168.77.200")),
            new Vector("192.168.77.9/24", "192.168.77.110", new Range("192.168.77.111", "192.168.77.200")),
            new Vector("192.168.77.0/24", "192.168.77.190", new Range("192.168.77.100", "192.168.77.189")),
            new Vector("10.0.0.0/8", "10.0.0.1", new Range("10.100.0.0", "10.200.0.0")),
            new Vector("192.0.2.8/29", "192.0.2.9", new Range("192.0.2.11", "192.0.2.14")));

    @ParameterizedTest
    @FieldSource("vectors")
    void handsOutTheMiddleOfTheBlockWithoutTheServer(Vector vector) {
        var network = Ipv4Network.parse(vector.cidr());

        var pool = network.poolWithout(Ipv4Network.address(vector.server()));

        assertEquals(vector.pool(), pool);
    }
}
