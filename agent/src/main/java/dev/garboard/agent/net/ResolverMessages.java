package dev.garboard.agent.net;

import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers.Result;
import java.time.Instant;
import java.util.List;

/** The node's resolvers as the server hears of them. */
public final class ResolverMessages {

    private ResolverMessages() {}

    /**
     * All of them.
     *
     * @param bootedAt by the present clock
     */
    public static Resolvers of(List<ResolverStatus> statuses, Instant bootedAt) {
        var all = Resolvers.newBuilder();
        for (var status : statuses) {
            var answer = status.answer();
            all.addServers(Resolvers.Server.newBuilder()
                    .setAddress(status.server().getHostAddress())
                    .setResult(Result.valueOf("RESULT_" + answer.result()))
                    .setSeen(answer.seen())
                    .setLatency(ServiceMessages.duration(answer.latency()))
                    .setSince(ServiceMessages.timestamp(bootedAt.plus(status.since()))));
        }
        return all.build();
    }
}
