package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertTrue;

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

        var text = new NodeState(7, List.of(), secrets).toString();

        assertTrue(text.startsWith("NodeState[7, [], secrets [a, b, c, d, e, f, g, h], []"), text);
    }
}
