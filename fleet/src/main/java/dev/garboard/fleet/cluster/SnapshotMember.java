package dev.garboard.fleet.cluster;

import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a control plane says of its member of etcd before a snapshot is taken of it. A member gives a snapshot of whatever it has, also when it
 * is cut off from the others or holds other data than they: so it is asked first.
 *
 * @param etcd null when it did not answer
 * @param alarms of all members; etcd tells them only with a majority behind the one that is asked. Null when it did not
 * @param trouble why one of both is missing; empty when none is
 */
record SnapshotMember(
        String machine,
        @Nullable EtcdStatusResponse etcd,
        @Nullable List<EtcdAlarm> alarms,
        String trouble) {

    private static final String CORRUPT = "CORRUPT";

    /** Accused where etcd found members that differ, and no majority among them. */
    private static final String ALL_MEMBERS = "0".repeat(16);

    SnapshotMember {
        alarms = alarms == null ? null : List.copyOf(alarms);
    }

    /** Why what it has may not be what the cluster has; empty when it can be saved. */
    String refusal() {
        if (etcd == null || alarms == null) {
            return trouble;
        }
        if (etcd.getLearner()) {
            return "its member of etcd does not vote";
        }
        if (etcd.getLeaderId().isEmpty()) {
            return "its member of etcd sees no leader: it is cut off from the others, or too few of them run";
        }
        for (var alarm : alarms) {
            if (alarm.getAlarm().equals(CORRUPT) && alarm.getMemberId().equals(etcd.getMemberId())) {
                return "etcd has raised the alarm CORRUPT against its member: it holds other data than the others";
            }
            if (alarm.getAlarm().equals(CORRUPT) && alarm.getMemberId().equals(ALL_MEMBERS)) {
                return "etcd has raised the alarm CORRUPT against all its members: they hold different data, and no"
                        + " majority the same";
            }
        }
        return "";
    }

    /** Up to which entry of etcd's log it has carried out what the members agreed on. */
    private long applied() {
        return etcd == null ? 0 : etcd.getRaftAppliedIndex();
    }

    /** Whether it has carried out at least as much as the other. */
    boolean hasAllOf(SnapshotMember other) {
        return Long.compareUnsigned(applied(), other.applied()) >= 0;
    }

    /** Those of which a snapshot may be taken, the one that has carried out most first. */
    static List<SnapshotMember> best(List<SnapshotMember> said) {
        Comparator<SnapshotMember> least = (one, other) -> Long.compareUnsigned(one.applied(), other.applied());
        return said.stream()
                .filter(member -> member.refusal().isEmpty())
                .sorted(least.reversed().thenComparing(SnapshotMember::machine))
                .toList();
    }

    /** What keeps it from being used, with its name. */
    Optional<String> complaint() {
        var refusal = refusal();
        return refusal.isEmpty() ? Optional.empty() : Optional.of(machine + ": " + refusal);
    }
}
