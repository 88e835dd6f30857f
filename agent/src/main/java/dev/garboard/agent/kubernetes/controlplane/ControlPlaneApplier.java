package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.kubernetes.Absence;
import dev.garboard.agent.kubernetes.BundleShelf;
import dev.garboard.agent.kubernetes.ConfigFile;
import dev.garboard.agent.kubernetes.DocumentApplier;
import dev.garboard.agent.kubernetes.DocumentInput;
import dev.garboard.agent.kubernetes.DocumentPendingException;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.supervision.Service;
import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.ClusterSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ControlPlane}: certificates, kubeconfigs and static pods; counts as applied when the API server is ready. The add-ons follow by
 * themselves.
 */
public final class ControlPlaneApplier implements DocumentApplier {

    private static final List<String> SECRETS = List.of(
            ClusterSecrets.KUBERNETES_CA_CERTIFICATE,
            ClusterSecrets.KUBERNETES_CA_KEY,
            ClusterSecrets.ETCD_CA_CERTIFICATE,
            ClusterSecrets.ETCD_CA_KEY,
            ClusterSecrets.FRONT_PROXY_CA_CERTIFICATE,
            ClusterSecrets.FRONT_PROXY_CA_KEY,
            ClusterSecrets.SERVICE_ACCOUNT_KEY,
            ClusterSecrets.SERVICE_ACCOUNT_PUBLIC_KEY);

    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path RESOLVERS = Path.of("/etc/resolv.conf");

    private final NodeParts parts;
    private final BundleShelf shelf;
    private final ControlPlanePaths paths;
    private final CertificateRotation certificates;
    private final EtcdApplier etcd;
    private final EtcdRestore restore;
    private final InstantSource clock;
    private @Nullable Service service;
    private @Nullable AddOns addOns;
    private volatile @Nullable ApiAccess access;

    /** One that runs nothing yet. */
    public ControlPlaneApplier(
            NodeParts parts,
            BundleShelf shelf,
            ControlPlanePaths paths,
            CertificateRotation certificates,
            EtcdApplier etcd,
            EtcdRestore restore,
            InstantSource clock) {
        this.parts = parts;
        this.shelf = shelf;
        this.paths = paths;
        this.certificates = certificates;
        this.etcd = etcd;
        this.restore = restore;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return ControlPlane.KIND;
    }

    @Override
    public Absence whenAbsent() {
        return Absence.KEPT;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        var document = input.as(ControlPlane.class);
        var keys = ClusterKeys.ofPem(SECRETS.stream()
                .collect(Collectors.toMap(
                        name -> name, name -> new String(input.secret(name), StandardCharsets.US_ASCII))));
        var bundle = shelf.require();
        var pods = new StaticPods(document, bundle, paths.pki());
        NodeNetworks.check(document);
        var files = new ControlPlaneFiles(paths.pki(), document, keys);
        files.write();
        certificates.keep(
                "control-plane", files.leafs(Files.readString(HOSTNAME).strip()));
        var now = new ApiAccess(document, keys, clock);
        access = now;
        restore.open();
        if (restore.holds()) {
            withdraw();
            throw new DocumentPendingException("stopped until etcd is restored from a snapshot");
        }
        if (!etcd.votes()) {
            // Beside a learner an API server would wait in vain, and then longer than it needs to.
            throw new DocumentPendingException("waits for etcd");
        }
        try (var client = now.client()) {
            write(pods.manifests());
            requireReady(client);
            requireVersion(bundle, client);
        }
        wantAddOns(document, bundle, now);
    }

    private void write(Map<String, String> manifests) throws IOException {
        Files.createDirectories(paths.manifests());
        for (var manifest : manifests.entrySet()) {
            ConfigFile.write(paths.manifests().resolve(manifest.getKey() + ".json"), manifest.getValue());
        }
    }

    private static void requireVersion(MountedBundle bundle, KubernetesClient client) {
        var found = client.version();
        if (!found.equals("v" + bundle.version())) {
            throw new DocumentPendingException(
                    "waits for the API server to become " + bundle.version() + ", it is " + found);
        }
    }

    private static void requireReady(KubernetesClient client) {
        var health = client.health("/readyz");
        if (!health.ok()) {
            throw new DocumentPendingException("waits for the API server: " + health.failed());
        }
    }

    private void wantAddOns(ControlPlane document, MountedBundle bundle, ApiAccess now) throws IOException {
        if (addOns == null) {
            service = parts.services().add("addons", "Applies what every cluster needs: roles, kube-proxy, CoreDNS");
            addOns = new AddOns(service);
            parts.supervisor().start(service, addOns);
        }
        addOns.want(new AddOns.Wanted(
                bundle.version(), objects(document, bundle, hasResolver()), RbacAddOn.withdrawn(), now::client));
    }

    /** All add-ons of a cluster. */
    static List<ObjectNode> objects(ControlPlane document, MountedBundle bundle, boolean forwards) {
        var image = new AddOnImage(bundle.version());
        var objects = new ArrayList<>(RbacAddOn.objects());
        objects.addAll(KubeProxyAddOn.objects(document, image));
        objects.addAll(CoreDnsAddOn.objects(document, image, forwards));
        return objects;
    }

    private static boolean hasResolver() throws IOException {
        if (!Files.isReadable(RESOLVERS)) {
            return false;
        }
        try (var lines = Files.lines(RESOLVERS)) {
            return lines.anyMatch(line -> line.startsWith("nameserver "));
        }
    }

    /** What credentials are issued with; empty without a control plane. */
    Optional<ApiAccess> access() {
        return Optional.ofNullable(access);
    }

    /** The kubelet ends the pods; what the add-ons were is gone from the cluster, perhaps. */
    private void withdraw() throws IOException {
        if (addOns != null) {
            addOns.want(null);
        }
        for (var pod : EtcdRestore.programs()) {
            Files.deleteIfExists(paths.manifests().resolve(pod + ".json"));
        }
    }

    @Override
    public void remove(String name) throws Exception {
        access = null;
        withdraw();
        if (service != null) {
            service.stopped("the control plane is removed");
        }
        certificates.forget("control-plane");
        ControlPlaneFiles.delete(paths.pki());
    }
}
