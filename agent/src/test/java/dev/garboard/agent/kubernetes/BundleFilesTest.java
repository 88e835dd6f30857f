package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class BundleFilesTest {

    private static final Set<String> NAMES =
            Set.of("kubernetes-1.36.3-amd64-0123abcd", "kubernetes-1.37.2-amd64-fedcba98");

    @Test
    void aFileBelongsToTheBundleWhoseDigestItIs() {
        assertTrue(BundleFetch.isOfOne("0123abcd" + "0".repeat(56), NAMES));
        assertTrue(BundleFetch.isOfOne("fedcba98" + "0".repeat(56) + ".part", NAMES));
        assertFalse(BundleFetch.isOfOne("0123abce" + "0".repeat(56), NAMES));
    }

    @Test
    void memoryThatIsAvailableCountsAsRoom() {
        assertEquals(
                1_221_000L << 10,
                BundleRoom.availableMemory(
                        "MemTotal:        1475000 kB\nMemFree:  90000 kB\nMemAvailable:    1221000 kB\n"));
        assertEquals(0, BundleRoom.availableMemory(""));
    }
}
