package dev.garboard.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenFailureIT {

    @Test
    void aTakenPortAndAnAddressOfAnotherHostAreTold() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var local = new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
            // From the documentation's network, which is nobody's.
            var foreign = new InetSocketAddress(InetAddress.ofLiteral("203.0.113.9"), 0);

            assertTrue(ListenFailure.isTaken(taken.getLocalPort()));
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

    @Test
    void anAddressOfThisHostIsNotTakenForAnothersWhereNobodyListens() throws Exception {
        int free;
        try (var once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = once.getLocalPort();
        }
        var refused = new BindException("refused");
        int privileged = ListenFailure.isPrivileged(1) ? 1 : free;
        var expected = privileged == 1 ? ListenFailure.NOT_PERMITTED : ListenFailure.TAKEN;

        assertEquals(ListenFailure.TAKEN, ListenFailure.of(new InetSocketAddress("0.0.0.0", free), refused));
        assertEquals(
                expected,
                ListenFailure.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), privileged), refused));
        // Loopback addresses that no interface has by name.
        assertEquals(ListenFailure.TAKEN, ListenFailure.of(new InetSocketAddress("127.3.2.1", free), refused));
        for (var own : NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList()) {
            assertEquals(ListenFailure.TAKEN, ListenFailure.of(new InetSocketAddress(own, free), refused));
        }
    }

    @Test
    void whereTheKernelSaysNothingTheUsualHolds(@TempDir Path directory) throws Exception {
        var missing = directory.resolve("missing");
        var garbled = Files.writeString(directory.resolve("garbled"), "many\n");

        for (var first : List.of(missing, garbled)) {
            assertTrue(ListenFailure.isPrivileged(1023, first));
            assertFalse(ListenFailure.isPrivileged(1024, first));
        }
        assertFalse(ListenFailure.isTaken(443, missing));
    }

    private static BindException failure(InetSocketAddress address) {
        return assertThrows(
                BindException.class, () -> new ServerSocket(address.getPort(), 1, address.getAddress()).close());
    }
}
