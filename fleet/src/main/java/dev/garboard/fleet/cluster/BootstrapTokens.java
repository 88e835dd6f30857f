package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.pki.BootstrapToken;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The tokens that workers join with: one for each machine, valid for minutes, gone once it was used. They are in memory and in Kubernetes only. */
final class BootstrapTokens {

    private static final Duration VALIDITY = Duration.ofMinutes(15);
    /** A token that is about to end is of no use to a machine that is about to begin. */
    private static final Duration RENEWED = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<Holder, Issued> issued = new ConcurrentHashMap<>();

    private record Holder(String cluster, String machine) {}

    private record Issued(BootstrapToken token, Instant at) {}

    BootstrapTokens(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The token of a machine.
     *
     * @param cluster its uid
     */
    Optional<BootstrapToken> of(String cluster, String machine) {
        return Optional.ofNullable(issued.get(new Holder(cluster, machine))).map(Issued::token);
    }

    /** Makes sure that a machine has a token that Kubernetes takes; true when it got a new one. */
    boolean provide(String cluster, String machine, ClusterApi api) {
        var holder = new Holder(cluster, machine);
        var known = issued.get(holder);
        var now = clock.instant();
        // One that is not in Kubernetes any more was used, or somebody deleted it: its bearer would be refused for
        // ever.
        if (known != null
                && now.isBefore(known.at().plus(RENEWED))
                && api.machineOf(known.token().id()).isPresent()) {
            return false;
        }
        var token = BootstrapToken.generate(random);
        api.validate(token, machine, now.plus(VALIDITY));
        issued.put(holder, new Issued(token, now));
        return true;
    }

    /** Ends the tokens of a machine that has joined; true when it had one. */
    boolean spend(String cluster, String machine, ClusterApi api) {
        var holder = new Holder(cluster, machine);
        if (!issued.containsKey(holder)) {
            return false;
        }
        api.endTokens(machine);
        issued.remove(holder);
        return true;
    }
}
