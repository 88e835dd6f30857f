package dev.garboard.e2e;

import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.v1.CrashRequest;
import dev.garboard.agentapi.v1.FaultServiceGrpc;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** Lets the agent of a node die: a process of its own, because nodes are reached only from inside the lab's network. */
final class Crash {

    private static final int PORT = 7444;

    private Crash() {}

    /**
     * Asks the node for the fault.
     *
     * @param args directory with the administrator's certificate, machine, its address, kind of crash
     */
    public static void main(String[] args) throws InterruptedException {
        var pki = Path.of(args[0]);
        var identity = TlsIdentity.read(pki.resolve("admin.crt"), pki.resolve("admin.key"));
        var siteCa = Pem.readCertificate(pki.resolve("site-ca.crt"));
        var node = SiteChannels.Peer.machine(args[1], args[2], PORT);
        var channel = SiteChannels.open(node, (X509KeyManager) identity.keyManagers()[0], siteCa);
        try {
            FaultServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .crash(CrashRequest.newBuilder()
                            .setKind(CrashRequest.Kind.valueOf(args[3]))
                            .build());
        } finally {
            channel.shutdownNow();
            channel.awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
