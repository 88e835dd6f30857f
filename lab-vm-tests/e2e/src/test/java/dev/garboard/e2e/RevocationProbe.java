package dev.garboard.e2e;

import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.LogsRequest;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.X509KeyManager;

/**
 * Somebody whose certificate is taken back while they work: reads a log without an end and asks for the version over and over, through the server
 * and at the node itself, and prints when (milliseconds since the epoch) and how each of the four came to an end. It is run inside the lab's network:
 * directory of the keys, machine, its address, caller. When all is open it makes the file {@code open} in that directory.
 */
final class RevocationProbe {

    private static final int MINUTES = 3;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path pki;
    private final CountDownLatch open = new CountDownLatch(4);

    private RevocationProbe(Path pki) {
        this.pki = pki;
    }

    static void main(String[] arguments) throws IOException, InterruptedException {
        var probe = new RevocationProbe(Path.of(arguments[0]));
        var forwarded = new Metadata();
        forwarded.put(MachineMetadata.MACHINE, arguments[1]);
        var server = probe.channel(Peer.at("192.168.77.1", 7443), forwarded, arguments[3]);
        var node = probe.channel(Peer.machine(arguments[1], arguments[2], 7444), new Metadata(), arguments[3]);
        var users = List.of(
                Thread.ofVirtual().start(() -> probe.until("server stream", () -> probe.readLogs(server))),
                Thread.ofVirtual().start(() -> probe.until("node stream", () -> probe.readLogs(node))),
                Thread.ofVirtual().start(() -> probe.until("server call", () -> probe.ask(server))),
                Thread.ofVirtual().start(() -> probe.until("node call", () -> probe.ask(node))));
        if (probe.open.await(MINUTES, TimeUnit.MINUTES)) {
            Files.createFile(probe.pki.resolve("open"));
        }
        for (var user : users) {
            user.join();
        }
    }

    private Channel channel(Peer peer, Metadata headers, String caller) {
        var identity = TlsIdentity.read(pki.resolve(caller + ".crt"), pki.resolve(caller + ".key"));
        var channel = SiteChannels.open(
                peer, (X509KeyManager) identity.keyManagers()[0], Pem.readCertificate(pki.resolve("site-ca.crt")));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private void until(String what, Runnable use) {
        try {
            use.run();
        } catch (StatusRuntimeException ended) {
            System.out.println("%s %d %s".formatted(what, System.currentTimeMillis(), ended.getMessage()));
        }
    }

    private void readLogs(Channel channel) {
        var lines = MachineServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(MINUTES, TimeUnit.MINUTES)
                .logs(LogsRequest.newBuilder()
                        .setService("agent")
                        .setFollow(true)
                        .setTail(1)
                        .build());
        lines.next();
        open.countDown();
        lines.forEachRemaining(line -> {});
    }

    private void ask(Channel channel) {
        var api = MachineServiceGrpc.newBlockingStub(channel);
        api.withDeadlineAfter(30, TimeUnit.SECONDS).version(VersionRequest.getDefaultInstance());
        open.countDown();
        var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        while (System.nanoTime() < end) {
            api.withDeadlineAfter(30, TimeUnit.SECONDS).version(VersionRequest.getDefaultInstance());
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
