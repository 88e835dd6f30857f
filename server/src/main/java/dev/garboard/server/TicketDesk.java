package dev.garboard.server;

import dev.garboard.httpboot.FileAnswer;
import dev.garboard.image.TicketArchive;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.BootTickets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Hands out the tickets of boots: to the address that the boot's network card has leased, as long as its loader may be at work. */
final class TicketDesk {

    private static final String STRANGER = "it is for another address";

    private final BootTickets tickets;
    private final TicketKey key;
    private final Function<String, Optional<String>> leases;
    private final Duration validity;
    private final Executor blocking;

    /**
     * A desk.
     *
     * @param leases the address that is leased to a MAC address; empty when it has none: then nobody gets the ticket, for nothing says whose it is
     */
    TicketDesk(
            BootTickets tickets,
            TicketKey key,
            Function<String, Optional<String>> leases,
            Duration validity,
            Executor blocking) {
        this.tickets = tickets;
        this.key = key;
        this.leases = leases;
        this.validity = validity;
        this.blocking = blocking;
    }

    CompletionStage<FileAnswer> ticket(BootSession session, InetAddress asker) {
        return CompletableFuture.supplyAsync(() -> answer(session, asker.getHostAddress()), blocking);
    }

    private FileAnswer answer(BootSession session, String asker) {
        var leased = leases.apply(session.spec().mac());
        if (leased.isEmpty()) {
            return refused(
                    asker,
                    "the boot's network card has no lease; one that ended while the machine loaded was too short"
                            + " (spec.bootLeaseSeconds of its Subnet)");
        }
        var owner = leased.get();
        if (!owner.equals(asker)) {
            // It changes nothing: a session's name is public, and whoever asks cannot be its loader.
            return refused(asker, STRANGER);
        }
        if (!session.isLoading()) {
            return refused(asker, "the loader of this boot has done its work");
        }
        var ticket = key.ticketOf(session.id());
        return switch (tickets.deliver(session.id(), ticket, owner, asker, validity)) {
            case SERVED -> new FileAnswer.Secret(TicketArchive.of(ticket));
            case USED -> refused(asker, "it was used");
            case STRANGER -> refused(asker, STRANGER);
            case VOID -> refused(asker, "it was for two addresses, so nobody gets it any more");
            case VOIDED_NOW ->
                refused(
                        asker,
                        "it went to another address that the machine had before, so it is now void: the machine has"
                                + " to boot again");
            case OTHER_TICKET ->
                refused(
                        asker,
                        "this boot's was made with another key; servers of one database share pki/boot-ticket.key, and"
                                + " when it was replaced the machine has to boot again");
            case EXPIRED -> refused(asker, "it was handed out more than " + validity.toMinutes() + " minutes ago");
        };
    }

    /** The reason is for the timeline and the log; the asker may be anybody. */
    private static FileAnswer refused(String asker, String reason) {
        return new FileAnswer.Withheld("no boot ticket for " + asker + ": " + reason);
    }
}
