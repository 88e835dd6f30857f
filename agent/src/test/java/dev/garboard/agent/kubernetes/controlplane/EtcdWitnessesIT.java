package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.kubernetes.controlplane.EtcdWitnesses.Witness;
import dev.garboard.agentapi.etcd.AlarmMember;
import dev.garboard.agentapi.etcd.AlarmRequest;
import dev.garboard.agentapi.etcd.AlarmResponse;
import dev.garboard.agentapi.etcd.AlarmType;
import dev.garboard.agentapi.etcd.ClusterGrpc;
import dev.garboard.agentapi.etcd.HashKVRequest;
import dev.garboard.agentapi.etcd.HashKVResponse;
import dev.garboard.agentapi.etcd.MaintenanceGrpc;
import dev.garboard.agentapi.etcd.MemberListRequest;
import dev.garboard.agentapi.etcd.MemberListResponse;
import dev.garboard.agentapi.etcd.ResponseHeader;
import dev.garboard.agentapi.etcd.StatusRequest;
import dev.garboard.agentapi.etcd.StatusResponse;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the other members are asked, over sockets. */
class EtcdWitnessesIT {

    private static final long CLUSTER = 0xcdf8_1819_4e3a_8c32L;
    private static final String CLUSTER_ID = "cdf818194e3a8c32";

    private final List<Server> servers = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final Speaker second = new Speaker(40);
    private final Speaker third = new Speaker(42);

    @AfterEach
    void end() {
        servers.forEach(Server::shutdownNow);
    }

    /** They go on writing meanwhile: only at a revision that both have can their data be compared. */
    @Test
    void allAreAskedForTheHashAtTheLowestRevision() throws IOException {
        second.hash = 0xffff_fffe;
        third.compacted = 7;
        start();

        assertEquals(
                List.of(
                        new Witness("m2", CLUSTER_ID, 0xffff_fffeL, 0, Set.of()),
                        new Witness("m3", CLUSTER_ID, 1, 7, Set.of())),
                ask());
        assertEquals(List.of(40L, 40L), List.of(second.asked, third.asked));
    }

    @Test
    void onlyAlarmsOfDifferingDataAccuse() throws IOException {
        second.alarms = List.of(alarm(1, AlarmType.CORRUPT), alarm(2, AlarmType.NOSPACE));
        start();

        assertEquals(
                List.of(Set.of("0000000000000001"), Set.of()),
                ask().stream().map(Witness::corrupt).toList());
    }

    @Test
    void whoDoesNotAnswerIsNoWitness() throws IOException {
        second.isSilent = true;
        start();

        assertEquals(List.of("m3"), ask().stream().map(Witness::name).toList());
        assertEquals(42, third.asked);
    }

    @Test
    void whoDoesNotSayWhatItsDataIsIsNoWitness() throws IOException {
        third.hasNoHash = true;
        start();

        assertEquals(List.of("m2"), ask().stream().map(Witness::name).toList());
    }

    private List<Witness> ask() {
        var members = List.of(
                new Etcd.Member("m2", Cidr.address("192.0.2.2")), new Etcd.Member("m3", Cidr.address("192.0.2.3")));
        var document = new Etcd("m1", Cidr.address("192.0.2.1"), true, members, "lab-1");
        return EtcdWitnesses.ask(document, address -> {
            int port = ports.getOrDefault(address.getHostAddress(), 0);
            return new EtcdClient(
                    address.getHostAddress(),
                    NettyChannelBuilder.forAddress(
                                    InetAddress.getLoopbackAddress().getHostAddress(), port)
                            .usePlaintext()
                            .build());
        });
    }

    private void start() throws IOException {
        ports.put("192.0.2.2", serve(second));
        ports.put("192.0.2.3", serve(third));
    }

    private int serve(Speaker speaker) throws IOException {
        var server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(speaker)
                .addService(new Cluster())
                .build()
                .start();
        servers.add(server);
        return server.getPort();
    }

    private static AlarmMember alarm(long member, AlarmType type) {
        return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
    }

    private static <T> void answer(StreamObserver<T> to, T what) {
        to.onNext(what);
        to.onCompleted();
    }

    private static final class Cluster extends ClusterGrpc.ClusterImplBase {

        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> to) {
            answer(
                    to,
                    MemberListResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setClusterId(CLUSTER))
                            .build());
        }
    }

    private static final class Speaker extends MaintenanceGrpc.MaintenanceImplBase {

        private final long revision;
        private int hash = 1;
        private long compacted;
        private List<AlarmMember> alarms = List.of();
        private boolean isSilent;
        private boolean hasNoHash;
        private volatile long asked;

        Speaker(long revision) {
            this.revision = revision;
        }

        @Override
        public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> to) {
            answer(to, AlarmResponse.newBuilder().addAllAlarms(alarms).build());
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> to) {
            if (isSilent) {
                to.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            answer(
                    to,
                    StatusResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                            .build());
        }

        @Override
        public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> to) {
            asked = request.getRevision();
            if (hasNoHash) {
                to.onError(Status.OUT_OF_RANGE.asRuntimeException());
                return;
            }
            answer(
                    to,
                    HashKVResponse.newBuilder()
                            .setHash(hash)
                            .setCompactRevision(compacted)
                            .build());
        }
    }
}
