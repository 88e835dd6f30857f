package dev.garboard.fleet;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

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

    /** No, for now. */
    record Rejected(String cause, String reason, Duration retryAfter) implements Outcome {}
}
