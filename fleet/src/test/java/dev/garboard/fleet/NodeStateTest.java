package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.fleet.DesiredDocuments.NodeState;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeStateTest {

    /** A log of two servers, or of one before and after its restart, would differ otherwise. */
    @Test
    void secretsAreNamedInOrderAndNotShown() {
        var secrets = new TreeMap<String, String>();
        for (var name : List.of("h", "a", "g", "b", "f", "c", "e", "d")) {
            secrets.put(name, "secret");
        }

        assertEquals(
                "NodeState[7, [], secrets [a, b, c, d, e, f, g, h], []]",
                new NodeState(7, List.of(), secrets).toString());
    }
}
