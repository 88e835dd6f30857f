package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agentapi.etcd.AlarmMember;
import dev.garboard.agentapi.etcd.AlarmType;
import dev.garboard.agentapi.etcd.HashKVResponse;
import dev.garboard.agentapi.etcd.StatusResponse;
import dev.garboard.kubernetes.document.Etcd;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the other members say about themselves, before a member gives its own data up. That one member refuses another proves only that the two
 * differ; which of them is the odd one, two others that hold the same data can tell.
 */
final class EtcdWitnesses {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");

    /** How many must agree. */
    private static final int ENOUGH = 2;

    private EtcdWitnesses() {}

    /**
     * One other member's word, given while a majority stood behind it.
     *
     * @param cluster etcd's identity of the cluster that it is of
     * @param hash of all keys up to the revision at which every witness was asked
     * @param compacted up to which revision its history is gone; hashes of members with different ones cannot be compared
     * @param corrupt names or identities of members against whom etcd's own check has raised the alarm
     */
    record Witness(String name, String cluster, long hash, long compacted, Set<String> corrupt) {

        Witness {
            corrupt = Set.copyOf(corrupt);
        }
    }

    /** What another member is asked. Each throws {@link EtcdException} when there is no answer. */
    interface Speaker extends AutoCloseable {

        /** The cluster's identity, as a majority agrees on it. */
        long clusterId();

        /** The alarms of all members. */
        List<AlarmMember> alarms();

        StatusResponse status();

        /** What the member's keys up to a revision come to: members with the same data give the same hash. */
        HashKVResponse hash(long revision);

        @Override
        void close();
    }

    /** Asks every other member; those that do not answer are no witnesses. */
    static List<Witness> ask(Etcd document, Function<Inet4Address, Speaker> clients) {
        record Asked(Etcd.Member member, String cluster, Set<String> corrupt) {}
        var asked = new ArrayList<Asked>();
        long revision = Long.MAX_VALUE;
        for (var other : document.members()) {
            try (var client = clients.apply(other.address())) {
                var cluster = EtcdMembership.id(client.clusterId());
                var corrupt = client.alarms().stream()
                        .filter(alarm -> alarm.getAlarm() == AlarmType.CORRUPT)
                        .map(alarm -> EtcdMembership.id(alarm.getMemberID()))
                        .collect(Collectors.toSet());
                revision = Math.min(revision, client.status().getHeader().getRevision());
                asked.add(new Asked(other, cluster, corrupt));
            } catch (EtcdException silent) {
                LOG.debug("no witness: {}", silent.getMessage());
            }
        }
        var witnesses = new ArrayList<Witness>();
        for (var one : asked) {
            try (var client = clients.apply(one.member().address())) {
                var answer = client.hash(revision);
                witnesses.add(new Witness(
                        one.member().name(),
                        one.cluster(),
                        answer.getHash() & 0xffff_ffffL,
                        answer.getCompactRevision(),
                        one.corrupt()));
            } catch (EtcdException silent) {
                LOG.debug("no witness: {}", silent.getMessage());
            }
        }
        return witnesses;
    }

    /**
     * Why this member must keep its data; empty when at least two others have the same, so that nothing is lost by its own.
     *
     * @param others how many other members there are
     */
    static Optional<String> doubt(int others, List<Witness> witnesses) {
        if (witnesses.size() < ENOUGH) {
            return Optional.of("of " + others + " other members " + witnesses.size()
                    + " can say which data is right, and two must agree");
        }
        var accused = new HashSet<String>();
        witnesses.forEach(witness -> accused.addAll(witness.corrupt()));
        if (!accused.isEmpty()) {
            return Optional.of("etcd has raised the alarm CORRUPT against " + String.join(", ", accused));
        }
        if (witnesses.stream().map(Witness::cluster).distinct().count() > 1) {
            return Optional.of("the others are of several clusters: " + list(witnesses, Witness::cluster));
        }
        if (witnesses.stream().map(Witness::compacted).distinct().count() > 1) {
            return Optional.of(
                    "the others have forgotten different parts of their history and cannot be compared at this moment");
        }
        if (witnesses.stream().map(Witness::hash).distinct().count() > 1) {
            return Optional.of("the others differ among themselves: " + list(witnesses, Witness::hash));
        }
        return Optional.empty();
    }

    private static String list(List<Witness> witnesses, Function<Witness, Object> what) {
        return witnesses.stream()
                .map(witness -> witness.name() + " " + what.apply(witness))
                .collect(Collectors.joining(", "));
    }
}
