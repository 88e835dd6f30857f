package dev.garboard.agent.kubernetes.controlplane;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.etcd.Member;
import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdAlarmsResponse;
import dev.garboard.agentapi.v1.EtcdDefragmentResponse;
import dev.garboard.agentapi.v1.EtcdMember;
import dev.garboard.agentapi.v1.EtcdMembersResponse;
import dev.garboard.agentapi.v1.EtcdRemoveMemberResponse;
import dev.garboard.agentapi.v1.EtcdSnapshotResponse;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.trust.Sha256;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Answers what is asked of the node's member of etcd. */
public final class EtcdCalls {

    private final EtcdApplier etcd;

    EtcdCalls(EtcdApplier etcd) {
        this.etcd = etcd;
    }

    /** Why the member may not simply vanish; empty when nobody would miss it. */
    public Optional<String> hold() {
        return EtcdHold.of(etcd.token(), () -> etcd.client().orElse(null));
    }

    /** The members as this one knows them. */
    public EtcdMembersResponse members() {
        return with(client -> EtcdMembersResponse.newBuilder()
                .addAllMembers(messages(client.knownMembers()))
                .build());
    }

    /** How the member is. */
    public EtcdStatusResponse status() {
        return with(client -> {
            var status = client.status();
            return EtcdStatusResponse.newBuilder()
                    .setMemberId(EtcdMembership.id(status.getHeader().getMemberId()))
                    .setVersion(status.getVersion())
                    .setDatabaseBytes(status.getDbSize())
                    .setDatabaseBytesInUse(status.getDbSizeInUse())
                    .setLeaderId(status.getLeader() == 0 ? "" : EtcdMembership.id(status.getLeader()))
                    .setRaftTerm(status.getRaftTerm())
                    .setRaftIndex(status.getRaftIndex())
                    .setRaftAppliedIndex(status.getRaftAppliedIndex())
                    .setLearner(status.getIsLearner())
                    .addAllErrors(status.getErrorsList())
                    .build();
        });
    }

    /** Gets the parts of a snapshot. */
    public interface SnapshotSink {
        /** Returns whether more is wanted. */
        boolean send(EtcdSnapshotResponse part) throws InterruptedException;
    }

    /** Reads the whole database; the last part holds the digest. */
    public void snapshot(SnapshotSink sink) throws InterruptedException {
        var digest = Sha256.digest();
        var wanted = new boolean[] {true};
        try (var client = client()) {
            client.snapshot((ByteString data, long remaining) -> {
                digest.update(data.asReadOnlyByteBuffer());
                wanted[0] = sink.send(EtcdSnapshotResponse.newBuilder()
                        .setData(data)
                        .setRemainingBytes(remaining)
                        .build());
                return wanted[0];
            });
        } catch (EtcdException failed) {
            throw unavailable(failed);
        }
        if (wanted[0]) {
            sink.send(EtcdSnapshotResponse.newBuilder()
                    .setSha256(Sha256.hex(digest))
                    .build());
        }
    }

    /**
     * Takes a member out of the cluster.
     *
     * @param member name or id
     */
    public EtcdRemoveMemberResponse remove(String member) {
        return with(client -> {
            var members = client.members();
            var found = members.stream()
                    .filter(candidate -> candidate.getName().equals(member)
                            || EtcdMembership.id(candidate.getID()).equals(member))
                    .findFirst()
                    .orElseThrow(() -> Status.NOT_FOUND
                            .withDescription("there is no member \"" + member + "\"; members are "
                                    + String.join(
                                            ", ",
                                            members.stream()
                                                    .map(Member::getName)
                                                    .toList()))
                            .asRuntimeException());
            if (members.size() == 1) {
                throw KubernetesCalls.refusal(
                        "\"" + member + "\" is the only member; removing it would end the cluster");
            }
            return EtcdRemoveMemberResponse.newBuilder()
                    .addAllMembers(messages(client.remove(found.getID())))
                    .build();
        });
    }

    /** Gives free space of the member's database back to its file system. */
    public EtcdDefragmentResponse defragment() {
        return with(client -> {
            long before = client.status().getDbSize();
            client.defragment();
            return EtcdDefragmentResponse.newBuilder()
                    .setBytesBefore(before)
                    .setBytesAfter(client.status().getDbSize())
                    .build();
        });
    }

    /** The alarms of all members, as they were before any was taken back. */
    public EtcdAlarmsResponse alarms(boolean disarm) {
        return with(client -> {
            var alarms = client.alarms();
            if (disarm) {
                alarms.forEach(client::disarm);
            }
            return EtcdAlarmsResponse.newBuilder()
                    .addAllAlarms(alarms.stream()
                            .map(alarm -> EtcdAlarm.newBuilder()
                                    .setMemberId(EtcdMembership.id(alarm.getMemberID()))
                                    .setAlarm(alarm.getAlarm().name())
                                    .build())
                            .toList())
                    .build();
        });
    }

    private static List<EtcdMember> messages(List<Member> members) {
        return members.stream()
                .map(member -> EtcdMember.newBuilder()
                        .setId(EtcdMembership.id(member.getID()))
                        .setName(member.getName())
                        .addAllPeerUrls(member.getPeerURLsList())
                        .addAllClientUrls(member.getClientURLsList())
                        .setLearner(member.getIsLearner())
                        .build())
                .toList();
    }

    private <T> T with(Function<EtcdClient, T> call) {
        try (var client = client()) {
            return call.apply(client);
        } catch (EtcdException failed) {
            throw unavailable(failed);
        }
    }

    private EtcdClient client() {
        return etcd.client().orElseThrow(() -> none(etcd.hasData()));
    }

    /** Whoever decides by the answer whether there is anything to lose must be able to tell the two apart. */
    static StatusRuntimeException none(boolean hasData) {
        return hasData
                ? Status.UNAVAILABLE
                        .withDescription("this node has data of etcd, and no member runs on it")
                        .asRuntimeException()
                : KubernetesCalls.refusal(
                        "this node has no member of etcd; ask one of the cluster's control-plane nodes");
    }

    private static RuntimeException unavailable(EtcdException failed) {
        return Status.UNAVAILABLE.withDescription(failed.getMessage()).asRuntimeException();
    }
}
