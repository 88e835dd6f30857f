package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agentapi.etcd.Member;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether etcd's cluster would miss the data of a node's member. */
final class EtcdHold {

    private static final String FORCE = "; or say --leave-etcd-behind (leave_etcd_behind)";

    private EtcdHold() {}

    /**
     * Why the member may not simply vanish, and what to do instead; empty when nobody would miss it.
     *
     * @param token of the cluster whose data is here; empty when there is none
     * @param members opens a client of the node's member; gives null when that is not to run
     */
    static Optional<String> of(Optional<String> token, Supplier<@Nullable EtcdClient> members) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        try (var client = members.get()) {
            return client == null
                    ? Optional.of(unknown(token.get(), "it does not run"))
                    : of(token.get(), client.status().getHeader().getMemberId(), client.members());
        } catch (EtcdException silent) {
            return Optional.of(unknown(token.get(), String.valueOf(silent.getMessage())));
        }
    }

    static Optional<String> of(String cluster, long own, List<Member> members) {
        var voters = members.stream().filter(member -> !member.getIsLearner()).toList();
        if (voters.stream().noneMatch(member -> member.getID() == own)) {
            return Optional.empty();
        }
        var others = voters.stream()
                .filter(member -> member.getID() != own)
                .map(Member::getName)
                .sorted()
                .toList();
        return Optional.of(
                others.isEmpty()
                        ? "this node has the only copy of what etcd of the cluster \"" + cluster
                                + "\" holds. Save it with garboard cluster etcd snapshot, or delete the cluster with"
                                + " garboard cluster delete, which saves it too" + FORCE + " to lose it"
                        : "this node has a vote in etcd of the cluster \"" + cluster + "\" beside "
                                + String.join(", ", others)
                                + ": without it they may lose their majority. Let it leave the cluster first: take from the"
                                + " machine the label that the Cluster selects control planes by, and wait until garboard"
                                + " cluster nodes lacks it" + FORCE
                                + ", and take the member out afterwards with garboard"
                                + " cluster etcd remove-member");
    }

    private static String unknown(String cluster, String why) {
        return "this node has data of etcd of the cluster \"" + cluster
                + "\", and whether others need it is not known: " + why + ". Bring etcd back first" + FORCE
                + " to lose the data";
    }
}
