package dev.garboard.fleet;

import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.MachineIdentity;
import java.net.InetAddress;
import java.time.Duration;

/**
 * The weak proof of identity: the request comes from a boot that this server itself answered, with the MAC address and the address of
 * that boot. It keeps out who is not on the boot network; it does not keep out who is and forges MAC addresses.
 */
final class BootProof {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    private final SessionLog sessions;
    private final LeasedAddresses leases;

    BootProof(SessionLog sessions, LeasedAddresses leases) {
        this.sessions = sessions;
        this.leases = leases;
    }

    /** What the evidence is worth. */
    sealed interface Finding {}

    /** It is that boot. */
    record Proven(BootSession session) implements Finding {}

    /** It is not, or nobody knows. */
    record Refuted(Outcome.Rejected outcome) implements Finding {}

    Finding check(String session, MachineIdentity identity, InetAddress peer) {
        var found = sessions.find(session);
        if (found.isEmpty()) {
            return refuted(
                    "session-unknown",
                    session.isEmpty()
                            ? "the request names no boot session; boot the machine from this server's network"
                            : "this server knows no boot session " + shortened(session)
                                    + "; boot the machine again from this server's network");
        }
        var mac = found.get().spec().mac();
        if (!identity.macs().contains(mac)) {
            return refuted(
                    "session-mac",
                    "boot session " + session + " is that of MAC address " + mac + ", and the machine has "
                            + identity.macs() + "; boot the machine again");
        }
        var leased = leases.addressOf(mac);
        if (leased.isPresent() && !leased.get().equals(peer.getHostAddress())) {
            return refuted(
                    "address",
                    "the request comes from " + peer.getHostAddress() + ", and " + mac + " was leased " + leased.get()
                            + "; is there address translation or a second DHCP server on the boot network?");
        }
        return new Proven(found.get());
    }

    private static Refuted refuted(String cause, String reason) {
        return new Refuted(new Outcome.Rejected(cause, reason, ASK_AGAIN));
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
