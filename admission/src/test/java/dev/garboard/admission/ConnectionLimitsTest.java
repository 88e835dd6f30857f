package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionLimitsTest {

    @Test
    void aQuarterOfThePlacesIsForHandshakes() {
        assertEquals(new ConnectionLimits(100, 10, 25, 5), ConnectionLimits.of(100, 10));
        assertEquals(new ConnectionLimits(3, 3, 1, 1), ConnectionLimits.of(3, 8));
        assertEquals(new ConnectionLimits(1, 1, 1, 1), ConnectionLimits.of(1, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 1, connections",
        "1, 0, 1, 1, connections of one address",
        "1, 1, 0, 1, handshakes",
        "1, 1, 1, 0, handshakes of one address"
    })
    void noLimitIsBelowOne(int connections, int perAddress, int handshakes, int handshakesPerAddress, String what) {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> new ConnectionLimits(connections, perAddress, handshakes, handshakesPerAddress));

        assertEquals("the limit of " + what + " is 0; set it to 1 or more", refused.getMessage());
    }
}
