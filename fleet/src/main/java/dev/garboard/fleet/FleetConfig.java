package dev.garboard.fleet;

import dev.garboard.admission.ConnectionLimits;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Where nodes connect, and the bounds on what they may ask.
 *
 * @param allowWeakIdentity whether boot session and subnet are proof enough where neither machine nor rule says so
 * @param certificateValidity of node certificates
 * @param maxPending how many machines may wait for acceptance on an open stream
 * @param enrollmentsPerMinute how often one address may ask to enrol
 * @param connections of nodes, each of which keeps one, and of people
 * @param returnWithin how long after the server's start machines may take to come back before they count as lost
 */
public record FleetConfig(
        InetSocketAddress listen,
        boolean allowWeakIdentity,
        Duration certificateValidity,
        int maxPending,
        int enrollmentsPerMinute,
        Duration returnWithin,
        ConnectionLimits connections) {

    /** The usual bounds. */
    public static FleetConfig of(InetSocketAddress listen, boolean allowWeakIdentity) {
        return new FleetConfig(
                listen,
                allowWeakIdentity,
                Duration.ofHours(24),
                10_000,
                30,
                Duration.ofMinutes(2),
                ConnectionLimits.of(12_000, 64));
    }

    public FleetConfig withCertificateValidity(Duration validity) {
        return new FleetConfig(
                listen, allowWeakIdentity, validity, maxPending, enrollmentsPerMinute, returnWithin, connections);
    }

    public FleetConfig withConnections(ConnectionLimits limits) {
        return new FleetConfig(
                listen, allowWeakIdentity, certificateValidity, maxPending, enrollmentsPerMinute, returnWithin, limits);
    }
}
