package dev.garboard.server;

import dev.garboard.admission.ConnectionLimits;
import dev.garboard.httpboot.BootHttpConfig;
import dev.garboard.operatorapi.OperatorApiConfig;
import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import dev.garboard.tftp.TftpConfig;
import java.net.InetSocketAddress;
import java.time.Duration;

/** The bounds of each listener, as {@code garboard.yaml} says them; the defaults are the listeners' own. */
final class Bounds {

    private static final int DAY = 24 * 60 * 60;

    private Bounds() {}

    /** {@code max-connections}, {@code max-handshakes}, and both of one address. */
    static ConnectionLimits connections(Section section, int connections, int perAddress) {
        var usual = ConnectionLimits.of(
                section.integer("max-connections", connections, 1, 1_000_000),
                section.integer("max-connections-per-address", perAddress, 1, 1_000_000));
        int handshakes = section.integer("max-handshakes", usual.handshakes(), 1, usual.connections());
        return new ConnectionLimits(
                usual.connections(),
                usual.perAddress(),
                handshakes,
                section.integer(
                        "max-handshakes-per-address",
                        Math.min(usual.handshakesPerAddress(), handshakes),
                        1,
                        handshakes));
    }

    static TftpConfig tftp(Section section) {
        var usual = TftpConfig.defaults(section.address("listen", "0.0.0.0:69"));
        int transfers = section.integer("max-transfers", usual.maxTransfers(), 1, 65536);
        return new TftpConfig(
                usual.listen(),
                transfers,
                section.integer(
                        "max-transfers-per-client", Math.min(usual.maxTransfersPerClient(), transfers), 1, transfers),
                section.integer("max-block-size", usual.maxBlockSize(), 512, 1468),
                section.integer("max-window", usual.maxWindow(), 1, 16),
                Duration.ofMillis(section.integer(
                        "retransmit-milliseconds", (int) usual.retransmitAfter().toMillis(), 10, 30_000)),
                section.integer("max-retries", usual.maxRetries(), 1, 30));
    }

    static BootHttpConfig httpBoot(Section section, InetSocketAddress listen) {
        var usual = BootHttpConfig.defaults(listen);
        int connections = section.integer("max-connections", usual.maxConnections(), 1, 1_000_000);
        return new BootHttpConfig(
                listen,
                null,
                connections,
                section.integer("max-connections-per-address", usual.maxPerAddress(), 1, 1_000_000),
                section.integer("max-bulk-downloads", 32, 1, 4096),
                section.integer("max-queued-downloads", usual.maxQueued(), 1, 1_000_000),
                section.integer("bulk-from-bytes", (int) usual.largeFrom(), 1, Integer.MAX_VALUE),
                seconds(section, "idle-seconds", usual.idleTimeout()),
                seconds(section, "stall-seconds", usual.stallTimeout()));
    }

    static OperatorApiConfig operatorApi(Section section) {
        var usual = OperatorApiConfig.listeningOn(section.address("listen", "0.0.0.0:7442"));
        return new OperatorApiConfig(
                usual.listen(),
                connections(
                        section,
                        usual.connections().connections(),
                        usual.connections().perAddress()),
                shares(section, "max-requests", usual.requests()),
                shares(section, "max-watches", usual.watches()),
                section.integer("max-body-bytes", usual.maxBodyBytes(), 1024, 16 << 20),
                seconds(section, "max-watch-seconds", usual.maxWatchTime()),
                seconds(section, "idle-seconds", usual.idleTimeout()),
                seconds(section, "body-seconds", usual.bodyTimeout()));
    }

    private static Shares shares(Section section, String key, Shares usual) {
        int all = section.integer(key, usual.all(), 1, 100_000);
        return new Shares(all, section.integer(key + "-per-caller", Math.min(usual.perCaller(), all), 1, 100_000));
    }

    private static Duration seconds(Section section, String key, Duration usual) {
        return Duration.ofSeconds(section.integer(key, (int) usual.toSeconds(), 1, DAY));
    }
}
