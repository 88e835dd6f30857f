package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.etcd.MaintenanceGrpc;
import dev.garboard.agentapi.etcd.MoveLeaderRequest;
import dev.garboard.agentapi.etcd.MoveLeaderResponse;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Calls as they arrive at a member. */
class EtcdClientIT {

    private final List<Long> targets = new CopyOnWriteArrayList<>();

    @Test
    void theLeadIsMovedByTheTargetsIdentityAndARefusalIsSaid() throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server = NettyServerBuilder.forAddress(loopback)
                .addService(new Leader())
                .build()
                .start();
        var channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .usePlaintext()
                .build();
        try (var client = new EtcdClient("127.0.0.1", channel)) {
            client.moveLeader(42);
            var refused = assertThrows(EtcdException.class, () -> client.moveLeader(43));

            assertEquals(List.of(42L, 43L), targets);
            assertTrue(refused.getMessage().contains("not leader"), refused::getMessage);
        } finally {
            server.shutdownNow();
        }
    }

    private final class Leader extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> answer) {
            targets.add(request.getTargetID());
            if (targets.size() > 1) {
                answer.onError(Status.FAILED_PRECONDITION
                        .withDescription("etcdserver: not leader")
                        .asRuntimeException());
                return;
            }
            answer.onNext(MoveLeaderResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }
}
