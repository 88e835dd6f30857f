package dev.garboard.server;

import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's own certificate: issued at the start for every address of this host, and again long before it ends. */
record ServerIdentity(RotatingIdentity rotating, ScheduledExecutorService timer, ScheduledFuture<?> renewal)
        implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerIdentity.class);

    /** A certificate holds for 90 days; thirty leave time to notice that renewing fails. */
    private static final long RENEW_DAYS = 30;

    static ServerIdentity start(SiteAuthority authority, Config config) {
        var rotating = new RotatingIdentity(issue(authority, config));
        var timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("server-identity").factory());
        var renewal = timer.scheduleWithFixedDelay(
                () -> renew(rotating, authority, config), RENEW_DAYS, RENEW_DAYS, TimeUnit.DAYS);
        return new ServerIdentity(rotating, timer, renewal);
    }

    private static void renew(RotatingIdentity rotating, SiteAuthority authority, Config config) {
        try {
            rotating.replace(issue(authority, config));
            log.atInfo().addKeyValue("notAfter", rotating.identity().notAfter()).log("server certificate renewed");
        } catch (RuntimeException failed) {
            // A scheduled task that throws is never run again.
            log.atError().setCause(failed).log("the server certificate could not be renewed; trying again");
        }
    }

    private static TlsIdentity issue(SiteAuthority authority, Config config) {
        var addresses = new ArrayList<InetAddress>();
        addresses.add(config.nodeApi().publicAddress().getAddress());
        addresses.add(config.httpBoot().publicAddress().getAddress());
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress())
                    .forEach(addresses::add);
        } catch (SocketException unreadable) {
            log.atWarn().setCause(unreadable).log("the addresses of this host are not known");
        }
        return authority.issueServer(
                List.of("localhost"), addresses.stream().distinct().toList());
    }

    @Override
    public void close() {
        renewal.cancel(false);
        timer.shutdownNow();
    }
}
