package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import dev.garboard.kubernetes.document.Etcd;
import java.util.List;
import java.util.stream.Collectors;

/** What is to be said of a cluster's etcd. */
record EtcdConditions(String cluster, List<Node> nodes, ClusterFacts facts, ConditionList conditions) {

    static final String QUORUM = "EtcdQuorum";
    static final String ETCD = "EtcdHealthy";
    static final String MEMBERS = "EtcdMembersKnown";

    EtcdConditions {
        nodes = List.copyOf(nodes);
    }

    void add() {
        quorum();
        etcd();
        members();
    }

    /**
     * A member counts as lost with its machine, and until it votes again: without a majority etcd takes no write. Who counts is what etcd
     * says; the inventory stands in for it only until it has said so.
     */
    private void quorum() {
        var roster = facts.etcd();
        var members = nodes.stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .toList();
        var voters = roster == null
                ? members.stream().map(Node::machine).toList()
                : roster.voters().stream().map(EtcdRoster.Member::name).toList();
        var lost = voters.stream()
                .filter(name -> !facts.machine(name).map(MachineFacts::etcdRuns).orElse(false))
                .toList();
        int majority = voters.size() / 2 + 1;
        int present = voters.size() - lost.size();
        var counted = present + " of " + voters.size() + " members are there, " + majority + " are needed";
        if (present >= majority) {
            conditions.add(QUORUM, true, lost.isEmpty() ? "Complete" : "Reduced", counted);
        } else {
            conditions.add(
                    QUORUM,
                    false,
                    "Lost",
                    counted + ": etcd takes no write. Bring back "
                            + lost.stream().map(this::reason).collect(Collectors.joining(", "))
                            + "; if too much of their data is gone, restore a snapshot: garboard cluster etcd restore "
                            + cluster + " FILE");
        }
    }

    /** Said only when it does not hold: a voter that nobody looks after counts for the majority all the same. */
    private void members() {
        var roster = facts.etcd();
        var strangers = roster == null ? List.<EtcdRoster.Member>of() : roster.withoutMachine(nodes);
        if (!strangers.isEmpty()) {
            conditions.add(
                    MEMBERS,
                    false,
                    "MemberWithoutMachine",
                    "etcd counts members that are no machine of this cluster: "
                            + strangers.stream().map(EtcdRoster.Member::text).collect(Collectors.joining(", "))
                            + "; take out what will not come back: garboard cluster etcd remove-member "
                            + cluster + " " + strangers.getFirst().id());
        }
    }

    /** What members say of themselves: damaged or lost data, a full database, a restore that was interrupted. */
    private void etcd() {
        var faults = nodes.stream()
                .filter(node -> node.role() == Role.CONTROL_PLANE && node.stage() == Stage.MEMBER)
                .filter(node -> node.message().startsWith(Etcd.KIND))
                .map(node -> node.machine() + ": " + node.message().replace("CLUSTER", cluster))
                .collect(Collectors.joining("; "));
        if (faults.isEmpty()) {
            conditions.add(ETCD, true, "Healthy", "no member reports a fault");
        } else {
            conditions.add(ETCD, false, "Faulty", faults);
        }
    }

    private String reason(String machine) {
        return machine
                + nodes.stream()
                        .filter(node -> node.machine().equals(machine)
                                && !node.message().isEmpty())
                        .map(node -> " (" + node.message() + ")")
                        .findFirst()
                        .orElse("");
    }
}
