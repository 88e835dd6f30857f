package dev.garboard.fleet;

import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.IdentityMatch;
import dev.garboard.inventory.MachineIndex;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose place an applicant would take, and whether that is still taken. */
record Succession(MachineIndex machines, SharedIdentity shared, LivingNodes living) {

    /**
     * Whose machine the applicant is, as far as is known now.
     *
     * @param another the applicant as a machine of its own, if it is one
     */
    record View(IdentityMatch match, Optional<Applicant> another) {}

    View view(Applicant applicant) {
        var match = machines.match(applicant.identity());
        return new View(match, shared.another(applicant, match));
    }

    /** The boot whose place this one would take; null when it takes nobody's. */
    static LivingNodes.@Nullable FormerBoot former(BootSession session, View view) {
        if (!(view.match() instanceof IdentityMatch.Known(var known))
                || view.another().isPresent()) {
            return null;
        }
        var status = known.status();
        var address = status.address();
        var former = status.bootSession() == null ? "" : status.bootSession();
        return session.id().equals(former) || address == null || status.apiPort() == 0
                ? null
                : new LivingNodes.FormerBoot(known.name(), former, address, status.apiPort());
    }

    /** Why nobody can take the place of that boot yet; null when he can. */
    Outcome.@Nullable Unproven stillThere(BootSession session, LivingNodes.FormerBoot former) {
        return switch (living.find(former)) {
            case GONE -> null;
            case UP ->
                new Outcome.Unproven(
                        Outcome.CLAIMED_TWICE,
                        "the node that booted as session " + former.session() + " is still up at " + former.address()
                                + ", so this boot was begun by somebody else",
                        session);
            case UNDECIDED ->
                new Outcome.Unproven(
                        "former-boot-connected",
                        "the node that booted as session " + former.session() + " does not answer at "
                                + former.address() + ", but its connection has not ended; a machine that was reset is"
                                + " let in when it has, within half a minute",
                        session);
        };
    }
}
