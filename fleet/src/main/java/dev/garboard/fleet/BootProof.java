package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.BootTickets;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.trust.RequestedKey;
import java.net.InetAddress;

/**
 * The weak proof of identity: the request comes from a boot that this server itself answered, with the MAC address and the address of
 * that boot, and with the ticket that went to that address with the kernel; after its first use with the key that it was used with. It keeps
 * out who is not on the boot network, and who came to the machine or its address later; it does not keep out who listens to the network while
 * the machine loads.
 */
final class BootProof {

    private final SessionLog sessions;
    private final LeasedAddresses leases;
    private final BootTickets tickets;

    BootProof(SessionLog sessions, LeasedAddresses leases, BootTickets tickets) {
        this.sessions = sessions;
        this.leases = leases;
        this.tickets = tickets;
    }

    /**
     * What is shown.
     *
     * @param ticket empty once the boot is bound to the key
     * @param key SHA-256 in hex of the public key that the request is signed with
     */
    record Evidence(String session, ByteString ticket, String key, MachineIdentity identity, InetAddress peer) {

        /** Without the ticket. */
        @Override
        public String toString() {
            return "Evidence[" + session + " from " + peer + "]";
        }
    }

    /** What the evidence is worth. */
    sealed interface Finding {}

    /** It is that boot. */
    record Proven(BootSession session) implements Finding {}

    /** It is not, or nobody knows. */
    record Refuted(Outcome.Unproven outcome) implements Finding {}

    /**
     * Whether a request shows what only that boot can: its ticket, or its key. One question to the database, and nothing is written.
     *
     * @throws dev.garboard.trust.TrustException when the certificate request is not signed by its own key
     */
    boolean isOfThatBoot(EnrollRequest request, InetAddress peer) {
        var key = RequestedKey.fingerprint(request.getCertificateRequest().toByteArray());
        return tickets.wouldHold(
                request.getBootSession(), request.getBootTicket().toByteArray(), key, peer.getHostAddress());
    }

    Finding check(Evidence evidence) {
        var found = sessions.find(evidence.session());
        if (found.isEmpty()) {
            return new Refuted(new Outcome.Unproven(
                    "session-unknown",
                    evidence.session().isEmpty()
                            ? "it names no boot session"
                            : "this server knows no boot session of that id",
                    null));
        }
        var session = found.get();
        var owner = tickets.keyOf(session.id());
        if (owner.isPresent() && !owner.get().equals(evidence.key())) {
            return refuted(session, BootTickets.Claim.OTHER_KEY);
        }
        var mac = session.spec().mac();
        if (!evidence.identity().macs().contains(mac)) {
            return refuted(
                    session,
                    "session-mac",
                    "the boot session is that of MAC address " + mac + ", and the machine says that it has "
                            + evidence.identity().macs());
        }
        var leased = leases.addressOf(mac);
        var peer = evidence.peer().getHostAddress();
        // Without a lease nothing says where the machine is, and anybody could be it that asks first.
        if (leased.isEmpty() || !leased.get().equals(peer)) {
            return refuted(
                    session,
                    "address",
                    "it comes from " + peer + ", and " + mac
                            + leased.map(address -> " was leased " + address).orElse(" has no lease of this server")
                            + "; is there address translation or a second DHCP server on the boot network?");
        }
        var claim = tickets.claim(session.id(), evidence.ticket().toByteArray(), evidence.key(), peer);
        return claim.holds() ? new Proven(session) : refuted(session, claim);
    }

    private static Refuted refuted(BootSession session, BootTickets.Claim claim) {
        return switch (claim) {
            case OTHER_KEY ->
                refuted(
                        session,
                        Outcome.CLAIMED_TWICE,
                        "the boot belongs to another key: somebody else claims to be it");
            case NO_TICKET ->
                refuted(
                        session,
                        "no-ticket",
                        "no ticket was handed out for this boot; was it begun before this server was upgraded?");
            case WRONG_TICKET ->
                refuted(
                        session,
                        "wrong-ticket",
                        "it shows no ticket, or another than this boot's; an image from before there were tickets"
                                + " cannot: build and import it again");
            case OTHER_ADDRESS -> refuted(session, "ticket-address", "its ticket was handed out to another address");
            case EXPIRED ->
                refuted(session, "ticket-expired", "its ticket is too old (enrollment.ticket-minutes); boot it again");
            case VOID ->
                refuted(
                        session,
                        "ticket-void",
                        "its ticket is void, because it was for two addresses one after the other; boot it again");
            case BOUND, SAME_KEY -> throw new IllegalArgumentException(claim + " is no refusal");
        };
    }

    private static Refuted refuted(BootSession session, String cause, String detail) {
        return new Refuted(new Outcome.Unproven(cause, detail, session));
    }
}
