package dev.garboard.e2e;

import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.RebootRequest;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Calls the machine API as several callers, through the server and straight to the node, and prints how each call ended. It is run inside the
 * lab's network: directory of the keys, machine, its address, then the callers. The caller {@code nobody} shows no certificate.
 */
final class MachineApiProbe {

    private static final String SERVER = "192.168.77.1";

    private MachineApiProbe() {}

    static void main(String[] arguments) throws InterruptedException {
        var pki = Path.of(arguments[0]);
        var machine = arguments[1];
        var forwarded = new Metadata();
        forwarded.put(MachineMetadata.MACHINE, machine);
        for (int i = 3; i < arguments.length; i++) {
            var caller = arguments[i];
            probe("server", Peer.at(SERVER, 7443), forwarded, pki, caller);
            probe("node", Peer.machine(machine, arguments[2], 7444), new Metadata(), pki, caller);
        }
    }

    private static void probe(String way, Peer peer, Metadata headers, Path pki, String caller)
            throws InterruptedException {
        var channel = SiteChannels.open(peer, identity(pki, caller), Pem.readCertificate(pki.resolve("site-ca.crt")));
        try {
            for (var method : new String[] {"version", "reboot"}) {
                System.out.println("%s %s %s: %s".formatted(caller, way, method, call(channel, headers, method)));
            }
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static String call(Channel channel, Metadata headers, String method) {
        var api = MachineServiceGrpc.newBlockingV2Stub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
        try {
            if (method.equals("version")) {
                api.version(VersionRequest.getDefaultInstance());
            } else {
                api.reboot(RebootRequest.getDefaultInstance());
            }
            return "OK";
        } catch (StatusException refused) {
            var cause = refused.getStatus().getCause();
            return refused.getMessage() + (cause == null ? "" : " (" + cause + ")");
        }
    }

    private static @Nullable X509KeyManager identity(Path pki, String caller) {
        if (caller.equals("nobody")) {
            return null;
        }
        var identity = TlsIdentity.read(pki.resolve(caller + ".crt"), pki.resolve(caller + ".key"));
        return (X509KeyManager) identity.keyManagers()[0];
    }

    /** Reads what was printed: "caller way method" to how it ended. */
    static Map<String, String> results(String printed) {
        var results = new TreeMap<String, String>();
        printed.lines()
                .filter(line -> line.matches("\\S+ (server|node) \\S+: .*"))
                .forEach(line -> {
                    int colon = line.indexOf(": ");
                    results.put(line.substring(0, colon), line.substring(colon + 2));
                });
        return results;
    }
}
