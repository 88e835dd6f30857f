package dev.garboard.fleet;

import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.RotatingIdentity;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Channels to the machine APIs of nodes, one for each node that was called lately. */
final class NodeChannels implements AutoCloseable {

    private static final long ANSWER_SECONDS = 3;

    private final RotatingIdentity identity;
    private final X509Certificate siteCa;
    private final Map<String, Open> byMachine = new ConcurrentHashMap<>();

    private record Open(Peer peer, ManagedChannel channel) {}

    NodeChannels(RotatingIdentity identity, X509Certificate siteCa) {
        this.identity = identity;
        this.siteCa = siteCa;
    }

    ManagedChannel to(NodeStream node) {
        var peer = Peer.machine(node.machine(), node.address(), node.apiPort());
        return byMachine
                .compute(node.machine(), (_, open) -> {
                    if (open != null && open.peer().equals(peer)) {
                        return open;
                    }
                    if (open != null) {
                        open.channel().shutdown();
                    }
                    return new Open(peer, connect(peer));
                })
                .channel();
    }

    /** The node is gone; what still runs to it will not end by itself. */
    void forget(String machine) {
        var open = byMachine.remove(machine);
        if (open != null) {
            open.channel().shutdownNow();
        }
    }

    /** Asks the machine API at the address of a boot for anything; a refusal over TLS of that machine is an answer too. */
    boolean answers(LivingNodes.FormerBoot boot) {
        var channel = SiteChannels.open(Peer.machine(boot.machine(), boot.address(), boot.apiPort()), identity, siteCa);
        try {
            MachineServiceGrpc.newBlockingV2Stub(channel)
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .version(VersionRequest.getDefaultInstance());
            return true;
        } catch (StatusException failed) {
            return switch (failed.getStatus().getCode()) {
                case UNAVAILABLE, DEADLINE_EXCEEDED -> false;
                default -> true;
            };
        } finally {
            channel.shutdownNow();
        }
    }

    private ManagedChannel connect(Peer peer) {
        return SiteChannels.builder(peer, identity, siteCa)
                .idleTimeout(5, TimeUnit.MINUTES)
                .build();
    }

    @Override
    public void close() {
        byMachine.values().forEach(open -> open.channel().shutdownNow());
        byMachine.clear();
    }
}
