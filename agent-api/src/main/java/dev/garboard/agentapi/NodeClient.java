package dev.garboard.agentapi;

import dev.garboard.agentapi.v1.ContainerServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.trust.CertificateFailure;
import dev.garboard.trust.TlsIdentity;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** The machine API of one machine, for a person or a tool: straight to the node, or through the server. */
public final class NodeClient implements AutoCloseable {

    private final ManagedChannel channel;
    private final ClientInterceptor machine;
    private final SiteChannels.Peer peer;
    private final TlsIdentity identity;
    private final X509Certificate siteCa;

    private NodeClient(
            SiteChannels.Peer peer, ClientInterceptor machine, TlsIdentity identity, X509Certificate siteCa) {
        this.channel = SiteChannels.open(peer, (X509KeyManager) identity.keyManagers()[0], siteCa);
        this.machine = machine;
        this.peer = peer;
        this.identity = identity;
        this.siteCa = siteCa;
    }

    /** Straight to a node; {@link SiteChannels.Peer#machine} or {@link SiteChannels.Peer#at} with its address. */
    public static NodeClient direct(SiteChannels.Peer node, TlsIdentity identity, X509Certificate siteCa) {
        return new NodeClient(node, MetadataUtils.newAttachHeadersInterceptor(new Metadata()), identity, siteCa);
    }

    /** Through the server, which forwards to the machine. */
    public static NodeClient through(
            SiteChannels.Peer server, String machine, TlsIdentity identity, X509Certificate siteCa) {
        var headers = new Metadata();
        headers.put(MachineMetadata.MACHINE, machine);
        return new NodeClient(server, MetadataUtils.newAttachHeadersInterceptor(headers), identity, siteCa);
    }

    /** Calls that block; streams are read one message at a time. */
    public MachineServiceGrpc.MachineServiceBlockingV2Stub api() {
        return MachineServiceGrpc.newBlockingV2Stub(channel).withInterceptors(machine);
    }

    /** Calls to the node's part of a Kubernetes cluster that block; streams are read one message at a time. */
    public KubernetesServiceGrpc.KubernetesServiceBlockingV2Stub kubernetes() {
        return KubernetesServiceGrpc.newBlockingV2Stub(channel).withInterceptors(machine);
    }

    /** Calls about the node's containers that block; streams are read one message at a time. */
    public ContainerServiceGrpc.ContainerServiceBlockingV2Stub containers() {
        return ContainerServiceGrpc.newBlockingV2Stub(channel).withInterceptors(machine);
    }

    /** Calls that answer by callback. */
    public MachineServiceGrpc.MachineServiceStub callbacks() {
        return MachineServiceGrpc.newStub(channel).withInterceptors(machine);
    }

    /** A failed call in words for a person: what happened and what helps. */
    public String explain(Throwable failure) {
        var certificate = CertificateFailure.explain(
                failure, identity.certificate(), siteCa, InstantSource.system().instant());
        if (certificate.isPresent()) {
            return certificate.get().message();
        }
        var status = Status.fromThrowable(failure);
        if (status.getCode() == Status.Code.UNAUTHENTICATED) {
            // A TLS client does not even show a certificate of a CA that the server did not ask for.
            var own = CertificateFailure.of(
                    identity.certificate(), siteCa, InstantSource.system().instant());
            if (own.isPresent()) {
                return own.get().message();
            }
        }
        var description = status.getDescription() == null ? "no further explanation" : status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                peer.host() + ":" + peer.port() + " cannot be reached or refused TLS: " + description
                        + reasonOf(status);
            case DEADLINE_EXCEEDED -> peer.host() + ":" + peer.port() + " did not answer in time: " + description;
            default -> status.getCode() + ": " + description;
        };
    }

    private static String reasonOf(Status status) {
        var cause = status.getCause();
        return cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
    }

    /** Ends running calls and waits for the connection to end. */
    @Override
    public void close() {
        channel.shutdownNow();
        try {
            if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
