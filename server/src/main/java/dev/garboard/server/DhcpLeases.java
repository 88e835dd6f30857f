package dev.garboard.server;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.Octets;
import dev.garboard.dhcp.server.Lease;
import dev.garboard.dhcp.server.LeaseJournal;
import dev.garboard.inventory.LeaseSpec;
import dev.garboard.inventory.SqlLeases;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The DHCP server's leases in the inventory's journal. */
record DhcpLeases(SqlLeases journal, Metrics metrics) implements LeaseJournal {

    private static final Logger log = LoggerFactory.getLogger(DhcpLeases.class);

    @Override
    public CompletionStage<Void> commit(Lease lease) {
        long begun = System.nanoTime();
        return journal.commit(new LeaseSpec(
                        lease.address().getHostAddress(),
                        lease.mac().toString(),
                        lease.clientId() == null ? null : lease.clientId().toString(),
                        lease.subnet(),
                        lease.start(),
                        lease.expires()))
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        metrics.leaseCommitted(Duration.ofNanos(System.nanoTime() - begun));
                    }
                });
    }

    @Override
    public List<Lease> load(String subnet) {
        return journal.load().stream()
                .filter(lease -> lease.subnet().equals(subnet))
                .flatMap(DhcpLeases::readable)
                .toList();
    }

    /** A row that somebody damaged is no reason to serve nobody; its address is free then. */
    private static Stream<Lease> readable(LeaseSpec stored) {
        try {
            return Stream.of(lease(stored));
        } catch (IllegalArgumentException malformed) {
            log.atError()
                    .addKeyValue("address", stored.address())
                    .addKeyValue("mac", stored.mac())
                    .addKeyValue("reason", String.valueOf(malformed.getMessage()))
                    .log("a stored lease cannot be read and is set aside");
            return Stream.empty();
        }
    }

    private static Lease lease(LeaseSpec stored) {
        return new Lease(
                Inet4Address.ofLiteral(stored.address()),
                MacAddress.parse(stored.mac()),
                stored.clientId() == null ? null : Octets.ofHex(stored.clientId()),
                stored.subnet(),
                stored.start(),
                stored.expires());
    }
}
