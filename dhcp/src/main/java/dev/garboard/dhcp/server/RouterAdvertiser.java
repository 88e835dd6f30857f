package dev.garboard.dhcp.server;

import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers router solicitations with an advertisement of lifetime zero: "there is no router here". An iPXE of 2019 with IPv6
 * otherwise waits 16 seconds for one before it goes on over IPv4. It announces nothing and routes nothing; still it is
 * opt-in, because switches may guard against whoever advertises.
 */
public final class RouterAdvertiser implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RouterAdvertiser.class);

    /** Type 134, hop limit 64, no flag, router lifetime, reachable time and retransmission timer 0 (RFC 4861 section 4.2). */
    private static final byte[] NO_ROUTER = {(byte) 134, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private static final int POLL_MILLISECONDS = 250;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final String interfaceName;
    private final Icmpv6Socket socket;
    private final Thread thread;
    private volatile boolean closed;
    private boolean complained;

    private RouterAdvertiser(String interfaceName, Icmpv6Socket socket) {
        this.interfaceName = interfaceName;
        this.socket = socket;
        // Not a virtual thread: it waits inside a native call, which would hold its carrier.
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("router-advertiser-" + interfaceName)
                .unstarted(this::run);
    }

    /** Starts on one interface; where that is impossible, says why in the log and booting is slower. */
    public static Optional<RouterAdvertiser> start(String interfaceName) {
        try {
            var advertiser = new RouterAdvertiser(interfaceName, new Icmpv6Socket(interfaceName));
            advertiser.thread.start();
            return Optional.of(advertiser);
        } catch (SocketException refused) {
            log.atWarn()
                    .addKeyValue("interface", interfaceName)
                    .addKeyValue("reason", refused.getMessage())
                    .log("no router advertisements: old iPXE will wait 16 s before it boots");
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        socket.close();
    }

    private void run() {
        log.atInfo().addKeyValue("interface", interfaceName).log("answers router solicitations");
        while (!closed) {
            try {
                answer();
                // One advertisement reaches all nodes, so a storm of solicitations needs twenty a second at most.
                Thread.sleep(PAUSE);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void answer() {
        try {
            if (socket.awaitSolicitation(POLL_MILLISECONDS)) {
                socket.sendToAllNodes(NO_ROUTER);
                log.atDebug().addKeyValue("interface", interfaceName).log("router solicitation answered");
            }
        } catch (SocketException | RuntimeException | Error failed) {
            // The thread must not end: nobody would notice but old firmware, which then waits 16 s.
            complain(failed);
        }
    }

    private void complain(Throwable failed) {
        if (!complained) {
            complained = true;
            log.atWarn()
                    .addKeyValue("interface", interfaceName)
                    .addKeyValue("reason", String.valueOf(failed))
                    .log("router advertisement not sent");
        }
    }
}
