package dev.garboard.agent.training;

import com.google.protobuf.ByteString;
import dev.garboard.agent.enrollment.NodeIdentity;
import dev.garboard.agentapi.SiteServers;
import dev.garboard.agentapi.SiteServers.ClientCertificate;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.agentapi.v1.ServerMessage;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Role;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A boot server on loopback that accepts everybody. */
final class TrainingServer implements AutoCloseable {

    private final ThrowAwaySite site;
    private final Server server;
    private final CountDownLatch status = new CountDownLatch(1);

    TrainingServer(ThrowAwaySite site) throws IOException {
        this.site = site;
        var identity = new NodeIdentity();
        identity.become(site.identity("training-server", Role.SERVER));
        server = SiteServers.builder(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        identity,
                        site.ca(),
                        ClientCertificate.OPTIONAL)
                .addService(new Acceptance())
                .addService(new Stream())
                .build()
                .start();
    }

    int port() {
        return server.getPort();
    }

    /** Waits until a node has sent its status. */
    void awaitStatus() throws InterruptedException {
        status.await();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Acceptance extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {

        @Override
        public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> out) {
            out.onNext(EnrollResponse.newBuilder()
                    .setPending(EnrollResponse.Pending.newBuilder().setMachine("training-node"))
                    .build());
            var certificate = site.node(request.getCertificateRequest().toByteArray());
            out.onNext(EnrollResponse.newBuilder()
                    .setAccepted(EnrollResponse.Accepted.newBuilder()
                            .setMachine("training-node")
                            .setCertificateChain(
                                    ByteString.copyFromUtf8(Pem.ofCertificates(List.of(certificate, site.ca())))))
                    .build());
            out.onCompleted();
        }
    }

    private final class Stream extends NodeServiceGrpc.NodeServiceImplBase {

        @Override
        public StreamObserver<NodeMessage> connect(StreamObserver<ServerMessage> out) {
            out.onNext(ServerMessage.newBuilder()
                    .setWelcome(ServerMessage.Welcome.newBuilder().setServer("training"))
                    .build());
            out.onNext(ServerMessage.newBuilder()
                    .setDesired(ServerMessage.DesiredState.newBuilder().setRevision(1))
                    .build());
            return new StreamObserver<>() {
                @Override
                public void onNext(NodeMessage message) {
                    if (message.hasStatus()) {
                        status.countDown();
                    }
                }

                @Override
                public void onError(Throwable gone) {}

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }
}
