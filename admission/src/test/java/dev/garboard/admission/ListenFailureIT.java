package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ListenFailureIT {

    @Test
    void aTakenPortAndAnAddressOfAnotherHostAreTold() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var local = new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
            // From the documentation's network, which is nobody's.
            var foreign = new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 0);

            assertEquals(ListenFailure.TAKEN, ListenFailure.of(local, failure(local)));
            assertEquals(
                    ListenFailure.NOT_OF_THIS_HOST,
                    ListenFailure.of(foreign, new IllegalStateException("cannot start", failure(foreign))));
        }
    }

    @Test
    void thePortsThatNotEveryProcessMayHaveAreThoseThatTheKernelSays() throws Exception {
        var cat = new ProcessBuilder("cat", ListenFailure.UNPRIVILEGED.toString()).start();
        int first =
                Integer.parseInt(new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());

        assertFalse(ListenFailure.isPrivileged(first));
        assertEquals(first > 0, ListenFailure.isPrivileged(first - 1));
    }

    private static BindException failure(InetSocketAddress address) {
        return assertThrows(
                BindException.class, () -> new ServerSocket(address.getPort(), 1, address.getAddress()).close());
    }
}
