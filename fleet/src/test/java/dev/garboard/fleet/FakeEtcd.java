package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.EtcdAlarm;
import dev.garboard.agentapi.v1.EtcdAlarmsRequest;
import dev.garboard.agentapi.v1.EtcdAlarmsResponse;
import dev.garboard.agentapi.v1.EtcdMember;
import dev.garboard.agentapi.v1.EtcdMembersRequest;
import dev.garboard.agentapi.v1.EtcdMembersResponse;
import dev.garboard.agentapi.v1.EtcdRemoveMemberRequest;
import dev.garboard.agentapi.v1.EtcdRemoveMemberResponse;
import dev.garboard.agentapi.v1.EtcdSnapshotRequest;
import dev.garboard.agentapi.v1.EtcdSnapshotResponse;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.trust.Sha256;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The part of a node's agent that speaks for its member of etcd. */
public final class FakeEtcd extends KubernetesServiceGrpc.KubernetesServiceImplBase {

    /** What its member holds, which is what a snapshot of it has. */
    public volatile byte[] database = "the whole state".getBytes(StandardCharsets.UTF_8);

    /** Names of the members, as this one lists them; all members of one etcd share the list. */
    volatile List<String> members = new CopyOnWriteArrayList<>();

    /** Everything that was asked for and changes something, in order; shared by whoever is to be compared. */
    volatile List<String> done = new CopyOnWriteArrayList<>();

    /** Members that cannot be removed now. */
    final Set<String> stuck = java.util.concurrent.ConcurrentHashMap.newKeySet();

    /** How its member says that it is; null when the node has neither a member nor data. */
    public volatile @Nullable EtcdStatusResponse status = EtcdStatusResponse.newBuilder()
            .setMemberId("000000000000000a")
            .setLeaderId("000000000000000a")
            .setRaftAppliedIndex(7)
            .build();

    /** The alarms that etcd has raised; null when there is no majority that could say so. */
    public volatile @Nullable List<EtcdAlarm> alarms = List.of();

    /** Whether it gives a snapshot. */
    public volatile boolean saves = true;

    /** How often a snapshot was asked for and not given. */
    final AtomicInteger refusedToSave = new AtomicInteger();

    @Override
    public void etcdStatus(EtcdStatusRequest request, StreamObserver<EtcdStatusResponse> answer) {
        var now = status;
        if (now == null) {
            answer.onError(Status.FAILED_PRECONDITION
                    .withDescription("this node has no member of etcd")
                    .asRuntimeException());
            return;
        }
        answer.onNext(now);
        answer.onCompleted();
    }

    @Override
    public void etcdAlarms(EtcdAlarmsRequest request, StreamObserver<EtcdAlarmsResponse> answer) {
        var now = alarms;
        if (now == null) {
            answer.onError(Status.UNAVAILABLE
                    .withDescription("etcdserver: request timed out")
                    .asRuntimeException());
            return;
        }
        answer.onNext(EtcdAlarmsResponse.newBuilder().addAllAlarms(now).build());
        answer.onCompleted();
    }

    @Override
    public void etcdMembers(EtcdMembersRequest request, StreamObserver<EtcdMembersResponse> answer) {
        answer.onNext(EtcdMembersResponse.newBuilder().addAllMembers(listed()).build());
        answer.onCompleted();
    }

    @Override
    public void etcdRemoveMember(EtcdRemoveMemberRequest request, StreamObserver<EtcdRemoveMemberResponse> answer) {
        if (stuck.contains(request.getMember())) {
            answer.onError(Status.FAILED_PRECONDITION
                    .withDescription("etcdserver: unhealthy cluster")
                    .asRuntimeException());
            return;
        }
        members.remove(request.getMember());
        done.add("member " + request.getMember());
        answer.onNext(
                EtcdRemoveMemberResponse.newBuilder().addAllMembers(listed()).build());
        answer.onCompleted();
    }

    @Override
    public void etcdSnapshot(EtcdSnapshotRequest request, StreamObserver<EtcdSnapshotResponse> answer) {
        if (!saves) {
            refusedToSave.incrementAndGet();
            answer.onError(Status.UNAVAILABLE.withDescription("no leader").asRuntimeException());
            return;
        }
        answer.onNext(EtcdSnapshotResponse.newBuilder()
                .setData(ByteString.copyFrom(database))
                .build());
        answer.onNext(EtcdSnapshotResponse.newBuilder().setSha256(sha256()).build());
        answer.onCompleted();
    }

    private List<EtcdMember> listed() {
        return members.stream()
                .map(name -> EtcdMember.newBuilder()
                        .setId("member-" + name)
                        .setName(name)
                        .build())
                .toList();
    }

    String sha256() {
        return Sha256.of(database);
    }
}
