package dev.garboard.agent.net;

import dev.garboard.dhcp.client.LeaseInfo;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which name and time servers the node uses: those of the desired state where it names any, else those of the lease. Everything that needs
 * them asks here, so that a new lease and a new desired state have the same effect in whatever order they come.
 *
 * @param wantedResolvers of the desired state; empty when it names none
 * @param wantedTimeServers likewise
 * @param lease the last one; null before the first
 */
public record NamedServers(
        List<InetAddress> wantedResolvers,
        List<InetAddress> wantedTimeServers,
        @Nullable LeaseInfo lease) {

    /** Nobody has named any yet. */
    public static final NamedServers NONE = new NamedServers(List.of(), List.of(), null);

    public NamedServers {
        wantedResolvers = List.copyOf(wantedResolvers);
        wantedTimeServers = List.copyOf(wantedTimeServers);
    }

    /** With those of another desired state. */
    public NamedServers wanted(List<InetAddress> resolvers, List<InetAddress> timeServers) {
        return new NamedServers(resolvers, timeServers, lease);
    }

    /** With another lease. */
    public NamedServers leased(LeaseInfo next) {
        return new NamedServers(wantedResolvers, wantedTimeServers, next);
    }

    /** Whom to ask for names. */
    public List<InetAddress> resolvers() {
        return !wantedResolvers.isEmpty() || lease == null ? wantedResolvers : List.copyOf(lease.dnsServers());
    }

    /** Where to look for short names; the lease's belong to the lease's resolvers. */
    public List<String> searchDomains() {
        if (!wantedResolvers.isEmpty() || lease == null) {
            return List.of();
        }
        String domain = lease.domain();
        return lease.searchDomains().isEmpty() && domain != null ? List.of(domain) : lease.searchDomains();
    }

    /** Whom to ask for the time. */
    public List<InetAddress> timeServers() {
        return !wantedTimeServers.isEmpty() || lease == null ? wantedTimeServers : List.copyOf(lease.timeServers());
    }
}
