package dev.garboard.agent.api;

import dev.garboard.agentapi.v1.LogLine;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.agentapi.v1.VersionResponse;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** A node's API in a process with a node's heap; as on a node, an error that nobody catches ends it. */
public final class LoadedNode {

    private LoadedNode() {}

    private static final class Machine extends MachineServiceGrpc.MachineServiceImplBase {
        private final Followers followers = new Followers();

        @Override
        public void version(VersionRequest request, StreamObserver<VersionResponse> out) {
            out.onNext(VersionResponse.newBuilder().setImage("loaded").build());
            out.onCompleted();
        }

        @Override
        public void logs(LogsRequest request, StreamObserver<LogLine> out) {
            var line = LogLine.newBuilder().setText("x".repeat(2000)).build();
            followers.follow("logs", out, stream -> {
                while (stream.send(line)) {
                    Thread.onSpinWait();
                }
            });
        }
    }

    /**
     * Serves until its input ends.
     *
     * @param args directory of the site's keys
     */
    public static void main(String[] args) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            if (error instanceof Error) {
                System.out.println("FATAL in " + thread.getName() + ": " + error);
                Runtime.getRuntime().halt(9);
            }
        });
        var authority = SiteAuthority.open(Path.of(args[0]), InstantSource.system());
        var keys = KeyPairs.ecP256();
        var loopback = InetAddress.getLoopbackAddress();
        var chain = authority.issueNode("m1", CertificateRequest.create(keys), loopback);
        try (var api = ApiServer.start(
                new InetSocketAddress(loopback, 0),
                new RotatingIdentity(new TlsIdentity(keys.getPrivate(), chain)),
                authority.certificate(),
                RevocationGate.informed(InstantSource.system()),
                List.of(new Machine()))) {
            System.out.println("port " + api.port());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
