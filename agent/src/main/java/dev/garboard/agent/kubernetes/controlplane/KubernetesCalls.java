package dev.garboard.agent.kubernetes.controlplane;

import com.google.protobuf.Timestamp;
import dev.garboard.agent.kubernetes.BundleRoom;
import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agent.supervision.ServiceMessages;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.ClusterCertificate;
import dev.garboard.agentapi.v1.KubeconfigResponse;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.agentapi.v1.KubernetesStatusResponse;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what is asked of the node's part of the cluster. A refusal is a {@link StatusRuntimeException}. */
public final class KubernetesCalls {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.agent.kubernetes");
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final BundleShelf shelf;
    private final ServiceTable services;
    private final CertificateRotation certificates;
    private final ControlPlaneApplier controlPlane;
    private final InstantSource clock;
    private final EtcdCalls etcd;
    private final EtcdRestoreCalls restore;

    /** With the appliers whose work is asked about. */
    public KubernetesCalls(
            BundleShelf shelf,
            ServiceTable services,
            CertificateRotation certificates,
            EtcdApplier etcd,
            ControlPlaneApplier controlPlane,
            EtcdRestoreCalls restore,
            InstantSource clock) {
        this.shelf = shelf;
        this.services = services;
        this.certificates = certificates;
        this.controlPlane = controlPlane;
        this.clock = clock;
        this.etcd = new EtcdCalls(etcd);
        this.restore = restore;
    }

    /** What concerns etcd. */
    public EtcdCalls etcd() {
        return etcd;
    }

    /** What concerns the restore of a snapshot. */
    public EtcdRestoreCalls restore() {
        return restore;
    }

    /**
     * A kubeconfig in the group of the caller's highest role.
     *
     * @param validity zero means the usual one
     */
    public KubeconfigResponse kubeconfig(Caller caller, Duration validity) {
        var access = controlPlane
                .access()
                .orElseThrow(() ->
                        refusal("this node has no control plane; ask one of the cluster's control-plane nodes for a"
                                + " kubeconfig"));
        var role = caller.roles().stream()
                .filter(Role::isPersons)
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> Status.PERMISSION_DENIED
                        .withDescription(caller.describe() + " is no person; a kubeconfig is for people")
                        .asRuntimeException());
        if (validity.isNegative() || validity.compareTo(LONGEST) > 0) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("the validity is " + validity + ", expected up to " + LONGEST.toHours() + " hours")
                    .asRuntimeException();
        }
        var length = validity.isZero() ? USUAL : validity;
        return KubeconfigResponse.newBuilder()
                .setKubeconfig(access.kubeconfig(caller.name(), role, length))
                .setNotAfter(ServiceMessages.timestamp(clock.instant().plus(length)))
                .build();
    }

    /** How the node's part of the cluster is. */
    public KubernetesStatusResponse status() {
        var status = KubernetesStatusResponse.newBuilder();
        shelf.current().ifPresent(bundle -> status.setVersion(bundle.version().toString()));
        try {
            status.setBundleRoomBytes(BundleRoom.bytes());
        } catch (IOException unknown) {
            LOG.warn("the room for bundles is not known: {}", unknown.getMessage());
        }
        for (var name : List.of("containerd", "kubelet", "etcd", "addons")) {
            services.find(name).ifPresent(service -> status.addComponents(component(service)));
        }
        controlPlane.access().ifPresent(access -> {
            ControlPlaneHealth.of(access).forEach(status::addComponents);
            status.addComponents(ClusterDnsHealth.of(access.document()));
        });
        for (var kept : certificates.kept()) {
            Timestamp end = ServiceMessages.timestamp(kept.notAfter());
            status.addCertificates(
                    ClusterCertificate.newBuilder().setName(kept.name()).setNotAfter(end));
        }
        return status.build();
    }

    private static KubernetesComponent component(Service service) {
        var now = service.status();
        return KubernetesComponent.newBuilder()
                .setName(service.name())
                .setHealthy(now.healthy())
                .setMessage(now.message())
                .build();
    }

    static StatusRuntimeException refusal(String message) {
        return Status.FAILED_PRECONDITION.withDescription(message).asRuntimeException();
    }
}
