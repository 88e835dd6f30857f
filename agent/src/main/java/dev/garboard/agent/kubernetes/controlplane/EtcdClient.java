package dev.garboard.agent.kubernetes.controlplane;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.etcd.AlarmMember;
import dev.garboard.agentapi.etcd.AlarmRequest;
import dev.garboard.agentapi.etcd.AlarmRequest.AlarmAction;
import dev.garboard.agentapi.etcd.ClusterGrpc;
import dev.garboard.agentapi.etcd.DefragmentRequest;
import dev.garboard.agentapi.etcd.HashKVRequest;
import dev.garboard.agentapi.etcd.HashKVResponse;
import dev.garboard.agentapi.etcd.MaintenanceGrpc;
import dev.garboard.agentapi.etcd.Member;
import dev.garboard.agentapi.etcd.MemberAddRequest;
import dev.garboard.agentapi.etcd.MemberListRequest;
import dev.garboard.agentapi.etcd.MemberPromoteRequest;
import dev.garboard.agentapi.etcd.MemberRemoveRequest;
import dev.garboard.agentapi.etcd.MoveLeaderRequest;
import dev.garboard.agentapi.etcd.SnapshotRequest;
import dev.garboard.agentapi.etcd.SnapshotResponse;
import dev.garboard.agentapi.etcd.StatusRequest;
import dev.garboard.agentapi.etcd.StatusResponse;
import dev.garboard.trust.TlsIdentity;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.X509KeyManager;

/** Asks one etcd member over mutual TLS. Every method blocks, for a bounded time, and throws {@link EtcdException}. */
final class EtcdClient implements EtcdLeadership.Voice, EtcdWitnesses.Speaker {

    static final int PORT = 2379;

    private static final long ANSWER_SECONDS = 5;
    private static final long DEFRAGMENT_SECONDS = 120;
    private static final long SNAPSHOT_SECONDS = 600;

    private final String host;
    private final ManagedChannel channel;

    EtcdClient(String host, ManagedChannel channel) {
        this.host = host;
        this.channel = channel;
    }

    /** A client of the member at that address. */
    static EtcdClient open(String host, TlsIdentity identity, X509Certificate ca) {
        return new EtcdClient(
                host,
                SiteChannels.open(SiteChannels.Peer.at(host, PORT), (X509KeyManager) identity.keyManagers()[0], ca));
    }

    /** How the member itself is. */
    @Override
    public StatusResponse status() {
        return call(() -> maintenance(ANSWER_SECONDS).status(StatusRequest.getDefaultInstance()));
    }

    @Override
    public HashKVResponse hash(long revision) {
        var request = HashKVRequest.newBuilder().setRevision(revision).build();
        return call(() -> maintenance(ANSWER_SECONDS).hashKV(request));
    }

    /** The members, as a majority agrees on them. */
    List<Member> members() {
        var request = MemberListRequest.newBuilder().setLinearizable(true).build();
        return call(() -> cluster().memberList(request)).getMembersList();
    }

    @Override
    public long clusterId() {
        var request = MemberListRequest.newBuilder().setLinearizable(true).build();
        return call(() -> cluster().memberList(request)).getHeader().getClusterId();
    }

    /** The members as this one knows them, also without a majority. */
    @Override
    public List<Member> knownMembers() {
        return call(() -> cluster().memberList(MemberListRequest.getDefaultInstance()))
                .getMembersList();
    }

    @Override
    public void moveLeader(long member) {
        var request = MoveLeaderRequest.newBuilder().setTargetID(member).build();
        call(() -> maintenance(ANSWER_SECONDS).moveLeader(request));
    }

    /** Adds a member that follows and does not vote. */
    Member addLearner(String peerUrl) {
        var request = MemberAddRequest.newBuilder()
                .addPeerURLs(peerUrl)
                .setIsLearner(true)
                .build();
        return call(() -> cluster().memberAdd(request)).getMember();
    }

    /** Lets a member vote. */
    void promote(long id) {
        var request = MemberPromoteRequest.newBuilder().setID(id).build();
        call(() -> cluster().memberPromote(request));
    }

    /** Takes a member out; those that are left. */
    List<Member> remove(long id) {
        var request = MemberRemoveRequest.newBuilder().setID(id).build();
        return call(() -> cluster().memberRemove(request)).getMembersList();
    }

    /** Gives free space of the member's database back to its file system. */
    void defragment() {
        call(() -> maintenance(DEFRAGMENT_SECONDS).defragment(DefragmentRequest.getDefaultInstance()));
    }

    @Override
    public List<AlarmMember> alarms() {
        var request = AlarmRequest.newBuilder().setAction(AlarmAction.GET).build();
        return call(() -> maintenance(ANSWER_SECONDS).alarm(request)).getAlarmsList();
    }

    /** Takes an alarm back. */
    void disarm(AlarmMember alarm) {
        var request = AlarmRequest.newBuilder()
                .setAction(AlarmAction.DEACTIVATE)
                .setMemberID(alarm.getMemberID())
                .setAlarm(alarm.getAlarm())
                .build();
        call(() -> maintenance(ANSWER_SECONDS).alarm(request));
    }

    /** Gets the parts of a snapshot. */
    interface SnapshotPart {
        /** Returns whether more is wanted. */
        boolean take(ByteString data, long remaining) throws InterruptedException;
    }

    /** Reads a snapshot of the member's whole database, part by part. */
    void snapshot(SnapshotPart parts) throws InterruptedException {
        var stub = MaintenanceGrpc.newBlockingV2Stub(channel).withDeadlineAfter(SNAPSHOT_SECONDS, TimeUnit.SECONDS);
        BlockingClientCall<?, SnapshotResponse> stream = stub.snapshot(SnapshotRequest.getDefaultInstance());
        try {
            while (true) {
                var part = stream.read();
                if (part == null) {
                    return;
                }
                if (!parts.take(part.getBlob(), part.getRemainingBytes())) {
                    stream.cancel("the reader is gone", null);
                    return;
                }
            }
        } catch (StatusException failed) {
            throw new EtcdException("etcd on " + host + ": " + failed.getMessage(), failed);
        }
    }

    private ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private MaintenanceGrpc.MaintenanceBlockingStub maintenance(long seconds) {
        return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    private <T> T call(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException refused) {
            throw new EtcdException("etcd on " + host + ": " + refused.getMessage(), refused);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
