package dev.garboard.server;

import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.ServingPart;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's own certificate: issued at the start for every address of this host, and again long before it ends. */
record ServerIdentity(RotatingIdentity rotating, ServingLoop renewal) implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServerIdentity.class);

    /** A certificate holds for 90 days; thirty leave time to notice that renewing fails. */
    private static final Duration RENEW_AFTER = Duration.ofDays(30);

    static ServerIdentity start(SiteAuthority authority, Config config, ServingPart part) {
        var rotating = new RotatingIdentity(issue(authority, config));
        part.worked();
        var renewal = ServingLoop.start(part, RENEW_AFTER, () -> {
            rotating.replace(issue(authority, config));
            log.atInfo().addKeyValue("notAfter", rotating.identity().notAfter()).log("server certificate renewed");
        });
        return new ServerIdentity(rotating, renewal);
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
        renewal.close();
    }
}
