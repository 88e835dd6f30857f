package dev.garboard.fleet;

import dev.garboard.inventory.BootSession;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request to enrol. Each names a {@code cause} from a few fixed words, for counters.
 */
sealed interface Outcome {

    String cause();

    /** It is one of ours. */
    record Accepted(String machine, List<X509Certificate> chain) implements Outcome {
        @Override
        public String cause() {
            return "accepted";
        }
    }

    /**
     * Nobody has decided yet.
     *
     * @param machines whose change may bring the decision; the first is the pending machine, unless the identity is in conflict
     * @param conflict whether the identity points at several machines
     */
    record Pending(List<String> machines, boolean conflict, String cause, String reason) implements Outcome {
        public Pending {
            machines = List.copyOf(machines);
        }

        String machine() {
            return machines.isEmpty() ? "" : machines.getFirst();
        }
    }

    /** The word for a boot that two claim to be. */
    String CLAIMED_TWICE = "identity-claimed-twice";

    /**
     * It has not proven to be the boot that it says it is. It may be anybody, so all of them get the same answer.
     *
     * @param detail for log and timeline, not for the asker
     * @param session that it names, if there is one
     */
    record Unproven(String cause, String detail, @Nullable BootSession session) implements Outcome {

        /** What all of them are told. */
        static final Rejected TOLD = new Rejected(
                "unproven",
                "this is no boot that the server knows; boot the machine again from its network. The server's log says more",
                Duration.ofSeconds(30));
    }

    /** No, for now. */
    record Rejected(String cause, String reason, Duration retryAfter) implements Outcome {

        /**
         * It may be a machine that is stored and cannot be read: accepted under another name, it would get round whatever was decided about
         * that one, its rejection too.
         */
        static Rejected unreadable(String machine, Duration retryAfter) {
            return new Rejected(
                    "unreadable",
                    "this may be machine " + machine + ", which is stored and cannot be read; restore it from a backup,"
                            + " or delete it as an admin with `kubectl delete machine " + machine + "`",
                    retryAfter);
        }
    }
}
