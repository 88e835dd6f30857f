package dev.garboard.inventory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The ticket of one boot, as it is stored: who may have it, until when, and what became of it. Pure. The ticket itself is not here.
 *
 * @param digest SHA-256 of the ticket, in hex
 * @param address that it went to: the one that was leased to the boot's network card then
 * @param voidedBy to which address the lease had moved when it was asked for again; after that nobody can use it
 * @param nodeKey SHA-256 in hex of the public key that the boot belongs to since the ticket was used
 */
record BootTicket(
        String session,
        String digest,
        String address,
        Instant expiresAt,
        @Nullable String voidedBy,
        @Nullable String nodeKey) {

    /**
     * Whether the address that has the lease gets it now. The loader asks again when a download failed, so being asked twice is nothing odd. When the
     * ticket went to an address that the card has no more, two may have it, and nobody can tell which of them is the machine.
     */
    BootTickets.Delivery askedBy(String asker, String askedDigest, Instant now) {
        if (nodeKey != null) {
            return BootTickets.Delivery.USED;
        }
        if (voidedBy != null) {
            return BootTickets.Delivery.VOID;
        }
        if (!address.equals(asker)) {
            return BootTickets.Delivery.VOIDED_NOW;
        }
        if (!MessageDigest.isEqual(bytes(digest), bytes(askedDigest))) {
            return BootTickets.Delivery.OTHER_TICKET;
        }
        return now.isAfter(expiresAt) ? BootTickets.Delivery.EXPIRED : BootTickets.Delivery.SERVED;
    }

    /** Whether a request that shows this ticket is that of the boot. */
    BootTickets.Claim claimedWith(String shownDigest, String key, String asker, Instant now) {
        if (nodeKey != null) {
            return nodeKey.equals(key) ? BootTickets.Claim.SAME_KEY : BootTickets.Claim.OTHER_KEY;
        }
        if (voidedBy != null) {
            return BootTickets.Claim.VOID;
        }
        if (!MessageDigest.isEqual(bytes(digest), bytes(shownDigest))) {
            return BootTickets.Claim.WRONG_TICKET;
        }
        if (!address.equals(asker)) {
            return BootTickets.Claim.OTHER_ADDRESS;
        }
        return now.isAfter(expiresAt) ? BootTickets.Claim.EXPIRED : BootTickets.Claim.BOUND;
    }

    BootTicket voided(String asker) {
        return new BootTicket(session, digest, address, expiresAt, asker, nodeKey);
    }

    BootTicket boundTo(String key) {
        return new BootTicket(session, digest, address, expiresAt, voidedBy, key);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
