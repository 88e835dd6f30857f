package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.Service;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.bundle.BundleManifest;
import dev.garboard.kubernetes.bundle.BundleVerifier;
import dev.garboard.kubernetes.document.Cni;
import dev.garboard.kubernetes.document.ContainerRuntime;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.document.Kubelet;
import dev.garboard.kubernetes.document.KubernetesBundle;
import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.kubernetes.document.StagedBundle;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.Kubeconfig;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.trust.DetachedSignature;
import dev.garboard.trust.Pem;
import dev.garboard.trust.ReleaseKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker does to become part of a cluster, with nobody there, for the training of the AOT cache: reads documents, checks a bundle's
 * manifest, fetches, writes what its programs read, and asks for a certificate in vain.
 */
public final class KubernetesRehearsal {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.training");
    private static final KubernetesVersion VERSION = KubernetesVersion.parse("1.37.2");
    private static final MountedBundle BUNDLE =
            new MountedBundle("kubernetes-1.37.2-amd64-01234567", VERSION, Path.of("/mounted"));
    private static final String ANSWER = "{\"metadata\":{\"name\":\"training\"},\"status\":{}}";

    private KubernetesRehearsal() {}

    /** Goes through it once. */
    public static void run(Service service, ReleaseKey release, X509Certificate ca)
            throws IOException, InterruptedException {
        manifest(release);
        readAll();
        var engine = new DocumentEngine(
                service,
                List.of(new Reading<>(ContainerRuntime.class), new Reading<>(Cni.class), new Reading<>(Kubelet.class)),
                LeaveOrders.none(),
                new Random(1),
                () -> {});
        engine.want(
                Stream.of(runtime(), cni(), kubelet())
                        .map(KubernetesRehearsal::message)
                        .toList(),
                Map.of());
        engine.convergeOnce();
        engine.statuses();
        Kubeconfig.withFiles(
                "training", "kubelet", URI.create("https://127.0.0.1"), BUNDLE.path(), BUNDLE.path(), BUNDLE.path());
        try (var server = new Answering();
                var balancer = ApiBalancer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), service)) {
            balancer.use(List.of(new HostPort("127.0.0.1", server.port())), Cidr.address("127.0.0.1"));
            fetch(server.port());
            join(balancer.address().getPort(), ca);
        }
    }

    private static void manifest(ReleaseKey release) {
        byte[] text = new BundleManifest(
                        BundleManifest.FORMAT,
                        BundleManifest.KIND,
                        BUNDLE.name(),
                        VERSION.toString(),
                        "amd64",
                        "0".repeat(64),
                        4096,
                        new BundleManifest.File("01234567" + "0".repeat(56), 8192),
                        List.of())
                .bytes();
        attempt(() -> new BundleVerifier(release.certificate()).manifest(text, DetachedSignature.sign(text, release)));
    }

    /** Each kind is a record of its own, whose fields are looked up when the first document is read. */
    private static void readAll() {
        for (var document : documents()) {
            var read = NodeDocuments.READER.parse(Documents.label(document), Documents.render(document));
            LOG.info("read {}", Documents.label(read));
        }
    }

    /** One of every kind that a node reads, with all that there can be in it. */
    static List<NodeDocument> documents() {
        return List.of(
                disk(),
                bundle(),
                mirror(),
                runtime(),
                cni(),
                etcd(),
                controlPlane(),
                kubelet(),
                new StagedBundle(bundle()));
    }

    private static StateDisk disk() {
        var fileSystem = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
        return new StateDisk(
                "TRAINING",
                true,
                fileSystem,
                new StateDisk.Recorded("sda", "TRAINING", "naa.5000c500a1", fileSystem),
                new StateDisk.Order(fileSystem, "TRAINING", "naa.5000c500a1", Instant.EPOCH));
    }

    private static KubernetesBundle bundle() {
        return new KubernetesBundle(
                BUNDLE.name(), VERSION, URI.create("http://192.0.2.1/bundles/" + BUNDLE.name()), "0".repeat(64));
    }

    private static RegistryMirror mirror() {
        return new RegistryMirror(
                "registry.example-5000", "registry.example:5000", List.of(URI.create("https://mirror.example")));
    }

    private static ContainerRuntime runtime() {
        return new ContainerRuntime("info");
    }

    private static Etcd etcd() {
        return new Etcd(
                "training",
                Cidr.address("192.0.2.1"),
                false,
                List.of(new Etcd.Member("other", Cidr.address("192.0.2.2"))),
                "training",
                true);
    }

    private static ControlPlane controlPlane() {
        return new ControlPlane(
                "training",
                Cidr.address("192.0.2.1"),
                HostPort.parse("192.0.2.1:6443"),
                ControlPlane.DEFAULT_PORT,
                Cidr.parse("10.244.0.0/16"),
                Cidr.parse("10.96.0.0/16"),
                "cluster.local",
                List.of("api.example"));
    }

    private static Cni cni() {
        return new Cni(
                Cni.Type.BRIDGE,
                Cidr.parse("10.244.0.0/16"),
                Cidr.parse("10.244.1.0/24"),
                List.of(new Cni.Route(Cidr.parse("10.244.2.0/24"), Cidr.address("192.0.2.2"))),
                Cidr.parse("10.96.0.0/16"));
    }

    private static Kubelet kubelet() {
        return new Kubelet(
                "training",
                Cidr.address("192.0.2.1"),
                Cidr.address("10.96.0.10"),
                "cluster.local",
                List.of(HostPort.parse("192.0.2.11:6443")),
                List.of(new Kubelet.Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")),
                110);
    }

    private static Document message(NodeDocument document) {
        return Document.newBuilder()
                .setKind(document.kind())
                .setName(document.name())
                .setRevision(1)
                .setContent(ByteString.copyFrom(Documents.render(document)))
                .build();
    }

    private static void fetch(int port) throws IOException, InterruptedException {
        var from = URI.create("http://127.0.0.1:" + port + "/");
        var file = Files.createTempFile("training", ".part");
        try (var download = new BundleDownload()) {
            download.small(from, 1 << 16);
            download.large(from, file, ANSWER.length());
        } finally {
            BundleDownload.forget(file);
        }
    }

    private static void join(int port, X509Certificate ca) {
        try (var join = new KubeletJoin(URI.create("http://127.0.0.1:" + port))) {
            var token = BootstrapToken.parse("abcdef.0123456789abcdef");
            attempt(() -> join.certificate(token, ca, "training"));
        }
        Pem.certificates(Pem.ofCertificates(List.of(ca)), "training");
    }

    /** What is refused here has run all the same. */
    private static void attempt(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException refused) {
            LOG.info("{}", refused.getMessage());
        }
    }

    /** Reads documents of a kind and writes what programs would be given. */
    private record Reading<T extends NodeDocument>(Class<T> type) implements DocumentApplier {

        @Override
        public String kind() {
            return type.getSimpleName();
        }

        @Override
        public void apply(DocumentInput input) {
            String text = switch (input.as(type)) {
                case Cni cni -> CniConfig.text(cni, "cni0") + CniConfig.masquerade(cni);
                case Kubelet kubelet -> KubeletConfig.text(kubelet, VERSION, true);
                case ContainerRuntime runtime -> ContainerdConfig.text(runtime, BUNDLE, true, "");
                default -> "";
            };
            LOG.info("{} bytes for {}", text.length(), kind());
        }

        @Override
        public void remove(String name) {}
    }

    /** Answers every request with the same. */
    private static final class Answering implements AutoCloseable {

        private final ServerSocket listener;

        Answering() throws IOException {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    Thread.ofVirtual().start(() -> answer(client));
                }
            } catch (IOException closed) {
                LOG.debug("{}", closed.getMessage());
            }
        }

        private static void answer(Socket client) {
            try (client) {
                InputStream in = client.getInputStream();
                byte[] request = new byte[4096];
                if (in.read(request) > 0) {
                    OutputStream out = client.getOutputStream();
                    out.write(
                            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                                            + ANSWER.length() + "\r\n\r\n" + ANSWER)
                                    .getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
            } catch (IOException ended) {
                LOG.debug("{}", ended.getMessage());
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
