package dev.garboard.inventory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Read-only view of one DHCP lease; its resource name is the address.
 *
 * @param clientId option 61 in hex, where the client sent one
 */
public record LeaseSpec(
        String address, String mac, @Nullable String clientId, String subnet, Instant start, Instant expires) {}
