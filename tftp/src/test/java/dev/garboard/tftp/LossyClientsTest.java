package dev.garboard.tftp;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LossyClientsTest {

    private static final long MINUTES = Duration.ofMinutes(10).toNanos();

    private final LossyClients lossy = new LossyClients();

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
    }

    @Test
    void aClientIsRememberedForTenMinutes() throws UnknownHostException {
        lossy.remember(address(1), -5);

        assertTrue(lossy.contains(address(1), MINUTES - 6));
        assertFalse(lossy.contains(address(1), MINUTES - 5));
        assertFalse(lossy.contains(address(2), 0));
    }

    @Test
    void of1025TheOneNotedLongestAgoIsForgotten() throws UnknownHostException {
        for (int number = 0; number < 1024; number++) {
            lossy.remember(address(number), 0);
        }
        lossy.remember(address(0), 0);
        assertTrue(lossy.contains(address(1), 0));

        lossy.remember(address(1024), 0);

        assertTrue(lossy.contains(address(0), 0));
        assertFalse(lossy.contains(address(1), 0));
    }
}
