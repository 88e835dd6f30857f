package dev.garboard.tftp;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How the server behaves.
 *
 * @param listen                address and port; data leave from this address and a port of their own
 * @param maxTransfers          transfers at once; a request above it is dropped, because firmware repeats it
 * @param maxTransfersPerClient transfers at once for one client address
 * @param maxBlockSize          1468 fills an Ethernet frame; more would be fragmented, which firmware often cannot reassemble
 * @param maxWindow             the largest RFC 7440 window agreed to
 * @param retransmitAfter       first wait for an acknowledgement; doubles up to eight times this
 * @param maxRetries            retransmissions of one window before the transfer fails
 */
public record TftpConfig(
        InetSocketAddress listen,
        int maxTransfers,
        int maxTransfersPerClient,
        int maxBlockSize,
        int maxWindow,
        Duration retransmitAfter,
        int maxRetries) {

    public TftpConfig {
        requireRange("tftp.max-transfers", maxTransfers, 1, 65536);
        requireRange("tftp.max-transfers-per-client", maxTransfersPerClient, 1, maxTransfers);
        requireRange("tftp.max-block-size", maxBlockSize, 512, 1468);
        requireRange("tftp.max-window", maxWindow, 1, 16);
        requireRange("tftp.max-retries", maxRetries, 1, 30);
        if (retransmitAfter.compareTo(Duration.ofMillis(10)) < 0
                || retransmitAfter.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException(
                    "the first wait for an acknowledgement is " + retransmitAfter + ", expected 10 ms to 30 s");
        }
    }

    /** The defaults, which suit firmware on a local network. */
    public static TftpConfig defaults(InetSocketAddress listen) {
        return new TftpConfig(listen, 256, 16, 1468, 16, Duration.ofSeconds(1), 5);
    }

    private static void requireRange(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + " is " + value + "; set it to " + min + " to " + max);
        }
    }
}
