package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdMembersResponse;
import dev.garboard.inventory.ClusterStatus.Node;
import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.inventory.ClusterStatus.Stage;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The members of a cluster's etcd as etcd itself lists them: these count for its majority, whatever the inventory says. */
record EtcdRoster(List<Member> members) {

    /**
     * One member.
     *
     * @param id 16 hexadecimal digits
     * @param name that of its machine; empty until it has started for the first time
     * @param hosts at which the others reach it
     * @param learner whether it does not vote yet
     */
    record Member(String id, String name, Set<String> hosts, boolean learner) {

        Member {
            hosts = Set.copyOf(hosts);
        }

        boolean isOf(Node node) {
            return name.isEmpty() ? hosts.contains(node.address()) : name.equals(node.machine());
        }

        String text() {
            return id + (name.isEmpty() ? " at " + String.join(", ", new TreeSet<>(hosts)) : " (" + name + ")");
        }
    }

    /** In the order of their names: etcd lists them by their ids, which are as good as random, and people read them one after the other. */
    EtcdRoster {
        members = members.stream()
                .sorted(Comparator.comparing(Member::name).thenComparing(Member::id))
                .toList();
    }

    static EtcdRoster of(EtcdMembersResponse said) {
        return new EtcdRoster(said.getMembersList().stream()
                .map(member -> new Member(
                        member.getId(),
                        member.getName(),
                        member.getPeerUrlsList().stream()
                                .map(url -> Objects.toString(URI.create(url).getHost(), url))
                                .collect(Collectors.toSet()),
                        member.getLearner()))
                .toList());
    }

    List<Member> voters() {
        return members.stream().filter(member -> !member.learner()).toList();
    }

    /** Members that are no control plane of the cluster: nobody looks after them, and a voter among them counts all the same. */
    List<Member> withoutMachine(List<Node> nodes) {
        return members.stream()
                .filter(member -> nodes.stream()
                        .noneMatch(node -> node.role() == Role.CONTROL_PLANE
                                && node.stage() != Stage.WAITING
                                && member.isOf(node)))
                .toList();
    }

    /**
     * Why etcd can not do without a node's member now; empty when it can, and when the node has none.
     *
     * @param runs whether the member of that name votes now
     */
    String refusalToLose(Node node, Predicate<String> runs) {
        if (voters().stream().noneMatch(member -> member.isOf(node))) {
            return "";
        }
        var others = voters().stream().filter(member -> !member.isOf(node)).toList();
        var present = others.stream().filter(member -> runs.test(member.name())).count();
        int majority = others.size() / 2 + 1;
        if (others.isEmpty()) {
            return "it is the last voter of etcd";
        }
        return present >= majority
                ? ""
                : "without it etcd would have " + others.size() + " voters, of which " + present + " are there and "
                        + majority + " are needed; bring back "
                        + others.stream()
                                .filter(member -> !runs.test(member.name()))
                                .map(Member::text)
                                .collect(Collectors.joining(", "))
                        + ", or take them out first";
    }
}
