package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdMembersRequest;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import io.grpc.StatusException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a cluster's etcd now and then who its members are. What it said last stays true until it says something else. */
final class EtcdCensus {

    private static final Logger log = LoggerFactory.getLogger(EtcdCensus.class);
    private static final Duration BETWEEN = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(3);

    private final NodeCalls nodes;
    private final InstantSource clock;
    private @Nullable EtcdRoster last;
    private Instant next = Instant.MIN;

    EtcdCensus(NodeCalls nodes, InstantSource clock) {
        this.nodes = nodes;
        this.clock = clock;
    }

    /** Its members; null until etcd has said so once. A list that etcd gives needs its majority. */
    @Nullable
    EtcdRoster members(ClusterStatus status) {
        if (clock.instant().isBefore(next)) {
            return last;
        }
        next = clock.instant().plus(BETWEEN);
        for (var node : status.nodes()) {
            var stub = node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER
                    ? nodes.to(node.machine()).orElse(null)
                    : null;
            if (stub == null) {
                continue;
            }
            try {
                last = EtcdRoster.of(stub.withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS)
                        .etcdMembers(EtcdMembersRequest.getDefaultInstance()));
                return last;
            } catch (StatusException silent) {
                log.atDebug()
                        .addKeyValue("machine", node.machine())
                        .setCause(silent)
                        .log("does not list its members");
            }
        }
        return last;
    }

    /** The members were changed: the next question is asked at once. */
    void changed() {
        next = Instant.MIN;
    }
}
