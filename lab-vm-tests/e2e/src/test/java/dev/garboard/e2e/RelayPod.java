package dev.garboard.e2e;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.MachineMetadata;
import dev.garboard.agentapi.SiteChannels;
import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.agentapi.v1.EnrollRequest;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.agentapi.v1.EnrollmentServiceGrpc;
import dev.garboard.agentapi.v1.Hardware;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.NetworkInterfaceCard;
import dev.garboard.agentapi.v1.Smbios;
import dev.garboard.agentapi.v1.VersionRequest;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** A pod on m2 that runs {@link TcpRelay}, and the way through it to the boot server's port 7443: what comes out there comes from m2's address. */
final class RelayPod implements AutoCloseable {

    private static final String FORWARDING = "Forwarding from 127.0.0.1:";

    private final ClusterClient cluster;
    private final Process forward;
    private final int port;

    private RelayPod(ClusterClient cluster, Process forward, int port) {
        this.cluster = cluster;
        this.forward = forward;
        this.port = port;
    }

    static RelayPod start(ClusterClient cluster) throws IOException {
        cluster.applyText("""
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "impostor",
                 "labels": {"pod-security.kubernetes.io/enforce": "privileged", "pod-security.kubernetes.io/warn": "privileged"}}}
                """);
        // A pod that comes before the account is refused, and nobody makes it again.
        cluster.run("-n", "impostor", "wait", "--for=create", "serviceaccount/default", "--timeout=120s")
                .succeeded();
        try (var program = resource("TcpRelay.class");
                var manifest = resource("relay.yaml")) {
            cluster.applyText(new String(manifest.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(": CLASS", ": " + Base64.getEncoder().encodeToString(program.readAllBytes())));
        }
        cluster.run("-n", "impostor", "wait", "--for=condition=Ready", "pod/relay", "--timeout=300s")
                .succeeded();
        var forward = new ProcessBuilder(
                        cluster.kubectl().toString(),
                        "--kubeconfig",
                        cluster.kubeconfig().toString(),
                        "-n",
                        "impostor",
                        "port-forward",
                        "pod/relay",
                        ":" + TcpRelay.PORT)
                .redirectError(Redirect.INHERIT)
                .start();
        var said =
                new BufferedReader(new InputStreamReader(forward.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (said == null || !said.startsWith(FORWARDING)) {
            forward.destroyForcibly();
            throw new AssertionError("kubectl port-forward said " + said);
        }
        return new RelayPod(
                cluster,
                forward,
                Integer.parseInt(said.substring(FORWARDING.length()).replaceFirst(" .*", "")));
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(RelayPod.class.getResourceAsStream(name), name);
    }

    /** The kernel's command line as the pod reads it. */
    String commandLine() {
        return cluster.run("-n", "impostor", "logs", "relay")
                .succeeded()
                .out()
                .lines()
                .filter(line -> line.startsWith("command line: "))
                .findFirst()
                .orElseThrow();
    }

    /** Says that it is the machine, with a key of its own; the first answer. */
    EnrollResponse enroll(LabFixture lab, String session, String mac, String address) throws InterruptedException {
        var request = EnrollRequest.newBuilder()
                .setHardware(Hardware.newBuilder()
                        .setSmbios(Smbios.newBuilder().setSystemManufacturer("QEMU"))
                        .addNics(NetworkInterfaceCard.newBuilder()
                                .setName("eth0")
                                .setPermanentMac(mac)))
                .setBootSession(session)
                .setBootMac(mac)
                .setAddress(address)
                .setCertificateRequest(ByteString.copyFrom(CertificateRequest.create(KeyPairs.ecP256())))
                .build();
        var channel = open(lab, null);
        try {
            return EnrollmentServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(1, TimeUnit.MINUTES)
                    .enroll(request)
                    .next();
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    /** What a workload with a certificate of its own is told of a machine: its image. */
    String imageAsReader(LabFixture lab, String machine) throws InterruptedException {
        var reader = SiteAuthority.open(lab.pki(), InstantSource.system())
                .issueOperator("workload", Role.READER, Duration.ofHours(1));
        var headers = new Metadata();
        headers.put(MachineMetadata.MACHINE, machine);
        var channel = open(lab, (X509KeyManager) reader.keyManagers()[0]);
        try {
            return MachineServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .withDeadlineAfter(1, TimeUnit.MINUTES)
                    .version(VersionRequest.getDefaultInstance())
                    .getImage();
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private ManagedChannel open(LabFixture lab, @Nullable X509KeyManager identity) {
        return SiteChannels.open(
                new Peer("127.0.0.1", port, "garboard-server"),
                identity,
                Pem.readCertificate(lab.pki().resolve("site-ca.crt")));
    }

    @Override
    public void close() {
        forward.destroyForcibly();
        cluster.run("delete", "namespace", "impostor", "--wait=false").succeeded();
    }
}
