package dev.garboard.inventory;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What makes a boot somebody's: a ticket that is delivered to one address, used once, and from then on the key it was used with. Everything
 * is in the database, so that a server that is started again knows what it has handed out. All methods block.
 */
public final class BootTickets {

    private final Database database;
    private final InstantSource clock;

    BootTickets(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What became of the question for a ticket. */
    public enum Delivery {
        /** The asker is who it is for. */
        SERVED,
        /** The boot belongs to a key already. */
        USED,
        /** The asker is not who it is for. Nothing has changed by the question: else anybody could stop any boot. */
        STRANGER,
        /** It was for two addresses. */
        VOID,
        /** It went to an address that the card does not have any more; nobody can use it from now on. */
        VOIDED_NOW,
        /** Another ticket was handed out for this boot, by a server with another key or before the key was replaced: this one would bind nothing. */
        OTHER_TICKET,
        /** It was handed out too long ago. */
        EXPIRED
    }

    /** What a request to be that boot is worth. */
    public enum Claim {
        /** The ticket was used, and the boot belongs to this key. */
        BOUND,
        /** It is the key that the boot belongs to. */
        SAME_KEY,
        /** The boot belongs to another key. */
        OTHER_KEY,
        /** No ticket of this boot was ever handed out. */
        NO_TICKET,
        /** It shows none, or another. */
        WRONG_TICKET,
        /** The ticket is right, and was handed out to another address. */
        OTHER_ADDRESS,
        /** The ticket is right and too old. */
        EXPIRED,
        /** The ticket was for two addresses. */
        VOID;

        /** Whether it is that boot. */
        public boolean holds() {
            return this == BOUND || this == SAME_KEY;
        }
    }

    /**
     * Asks whether a ticket may be handed out. The first question of its owner makes it known, and its time begins.
     *
     * @param owner the only address that may have it
     * @param asker the address that asks
     */
    public Delivery deliver(String session, byte[] ticket, String owner, String asker, Duration validity) {
        if (!owner.equals(asker)) {
            return Delivery.STRANGER;
        }
        var now = clock.instant();
        var digest = digest(ticket);
        var known = find(session).map(found -> found.askedBy(asker, digest, now));
        if (known.isPresent() && known.get() != Delivery.VOIDED_NOW) {
            return known.get();
        }
        return database.write(transaction -> {
            transaction.keep();
            var found = BootTicketRows.find(transaction.handle(), session)
                    .orElseGet(() -> new BootTicket(session, digest, owner, now.plus(validity), null, null));
            var delivery = found.askedBy(asker, digest, now);
            BootTicketRows.put(transaction.handle(), delivery == Delivery.VOIDED_NOW ? found.voided(asker) : found);
            return delivery;
        });
    }

    /**
     * Decides whether a request is that of the boot; the first that shows the ticket binds the boot to its key.
     *
     * @param ticket as it was shown; may be empty
     * @param key SHA-256 in hex of the public key that the request has proven to hold
     */
    public Claim claim(String session, byte[] ticket, String key, String asker) {
        var now = clock.instant();
        var shown = digest(ticket);
        var known = find(session).map(found -> found.claimedWith(shown, key, asker, now));
        if (known.isEmpty() || known.get() != Claim.BOUND) {
            return known.orElse(Claim.NO_TICKET);
        }
        return database.write(transaction -> {
            transaction.keep();
            var found = BootTicketRows.find(transaction.handle(), session);
            var claim = found.map(ticketNow -> ticketNow.claimedWith(shown, key, asker, now))
                    .orElse(Claim.NO_TICKET);
            if (claim == Claim.BOUND) {
                BootTicketRows.put(transaction.handle(), found.orElseThrow().boundTo(key));
            }
            return claim;
        });
    }

    /** Whether {@link #claim} would hold; nothing is written. */
    public boolean wouldHold(String session, byte[] ticket, String key, String asker) {
        var now = clock.instant();
        return find(session)
                .map(found -> found.claimedWith(digest(ticket), key, asker, now).holds())
                .orElse(false);
    }

    /** The key that the boot belongs to, as {@link #claim} was told it; empty before the ticket was used. */
    public Optional<String> keyOf(String session) {
        return find(session).flatMap(found -> Optional.ofNullable(found.nodeKey()));
    }

    private Optional<BootTicket> find(String session) {
        return database.read(handle -> BootTicketRows.find(handle, session));
    }

    private static String digest(byte[] ticket) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ticket));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java runtime has no SHA-256", impossible);
        }
    }
}
