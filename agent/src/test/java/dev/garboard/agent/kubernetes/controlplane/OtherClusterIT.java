package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.ClusterIdentity;
import dev.garboard.agent.kubernetes.DocumentEngine;
import dev.garboard.agent.kubernetes.LeaveOrders;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.kubernetes.TestNode;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.ControlPlane;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.LeafCertificates;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a control plane whose server declares another cluster: those that write them are the real ones. */
class OtherClusterIT {

    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final ClusterKeys LIVING = ClusterKeys.create("lab", NOW);
    private static final ClusterKeys FORMER = ClusterKeys.create("lab", NOW);

    @TempDir
    private Path directory;

    private ControlPlanePaths paths;
    private ClusterOfNode cluster;

    @BeforeEach
    void lives() throws IOException {
        paths = new ControlPlanePaths(
                directory.resolve("pki"), directory.resolve("manifests"), directory.resolve("etcd"));
        cluster = new ClusterOfNode(
                paths,
                new ClusterOfNode.Places(
                        directory.resolve("note"),
                        directory.resolve("kubernetes-ca.crt"),
                        directory.resolve("kubelet.pem")));
    }

    /** Data of etcd, and the authorities, as a node of an earlier version has them: without a note. */
    private void holds(String token) throws IOException {
        var log = Files.createDirectories(paths.etcdData().resolve("member").resolve("wal"));
        Files.writeString(log.resolve("0.wal"), "what etcd has written");
        Files.writeString(paths.etcd().resolve("cluster"), token + "\n");
        Files.createDirectories(paths.pki());
        for (var file : LIVING.pem().entrySet()) {
            Files.writeString(paths.pki().resolve(file.getKey()), file.getValue());
        }
    }

    @Test
    void nothingOfALivingClusterIsOverwrittenByADocumentOfAnotherOne() throws Exception {
        holds("lab-1");
        var before = files();

        var statuses = converge("lab-2", FORMER);

        assertEquals(before, files());
        assertEquals(
                List.of("ControlPlane", "Etcd"),
                statuses.stream().map(DocumentStatus::getKind).toList());
        for (var status : statuses) {
            assertEquals(1, status.getFailedRevision());
            assertTrue(status.getMessage().contains("etcd token \"lab-1\""), status::getMessage);
            assertTrue(status.getMessage().contains(print(FORMER)), status::getMessage);
        }
    }

    @Test
    void theNoteTellsAlsoWhenTheDataIsGone() throws Exception {
        cluster.join(new ClusterIdentity("lab-1", print(LIVING)));

        converge("lab-2", FORMER);

        assertFalse(Files.exists(paths.pki()));
        assertFalse(Files.exists(paths.etcd().resolve("cluster")));
    }

    @Test
    void aNodeWithoutAClusterNotesTheOneThatItGets() throws Exception {
        var statuses = converge("lab-2", FORMER);

        assertEquals(new ClusterIdentity("lab-2", print(FORMER)), cluster.held());
        assertTrue(Files.exists(paths.pki().resolve("kubernetes-ca.crt")), statuses::toString);
    }

    @Test
    void whatIsHeldIsReadOfNoteDataAndCa() throws Exception {
        assertEquals(ClusterIdentity.NONE, cluster.held());
        assertFalse(cluster.hasState());

        Files.writeString(
                directory.resolve("kubernetes-ca.crt"), LIVING.kubernetes().certificatePem());
        assertEquals(new ClusterIdentity("", print(LIVING)), cluster.held());
        assertTrue(cluster.hasState());

        cluster.join(new ClusterIdentity("", "ca"));
        assertEquals(new ClusterIdentity("", "ca"), cluster.held());
        holds("lab-1");
        assertEquals(new ClusterIdentity("lab-1", "ca"), cluster.held());

        cluster.leave();
        Files.delete(directory.resolve("kubernetes-ca.crt"));
        assertEquals(new ClusterIdentity("lab-1", ""), cluster.held());
    }

    @Test
    void aDamagedNoteIsNotTakenForNone() throws Exception {
        Files.writeString(directory.resolve("note"), "");

        assertThrows(IOException.class, cluster::held);
    }

    @Test
    void aKubeletIsKnownByTheAuthorityOfItsCertificate() throws Exception {
        var ca = LIVING.kubernetes().certificate();
        assertTrue(cluster.kubeletOfOtherThan(ca).isEmpty());
        assertFalse(cluster.hasState());

        var identity = LIVING.kubernetes().issue(LeafCertificates.kubeletClient("m1"), Duration.ofDays(1), NOW);
        Files.writeString(directory.resolve("kubelet.pem"), identity.chainPem() + identity.keyPem());
        assertTrue(cluster.hasState());
        assertTrue(cluster.kubeletOfOtherThan(ca).isEmpty());
        assertTrue(cluster.kubeletOfOtherThan(FORMER.kubernetes().certificate()).isPresent());

        Files.writeString(directory.resolve("kubelet.pem"), "damaged");
        assertTrue(cluster.kubeletOfOtherThan(FORMER.kubernetes().certificate()).isEmpty());
    }

    /** One pass over both documents of a control plane of that cluster. */
    private List<DocumentStatus> converge(String token, ClusterKeys keys) throws InterruptedException {
        var children = new Children();
        var services = new ServiceTable();
        var supervisor = new Supervisor(new Random(1), error -> {});
        var parts = new NodeParts(children, supervisor, services, new Random(1), List::of);
        // Nothing of it can be started; what is written before is looked at.
        var shelf =
                TestNode.shelf(new MountedBundle("test", KubernetesVersion.parse("1.37.2"), directory.resolve("none")));
        var certificates = new CertificateRotation(services.add("certificates", ""), InstantSource.system());
        var restore = new EtcdRestore(paths);
        var etcd = new EtcdApplier(parts, shelf, paths, certificates, restore);
        var controlPlane =
                new ControlPlaneApplier(parts, shelf, paths, certificates, etcd, restore, InstantSource.system());
        var engine = new DocumentEngine(
                services.add("documents", ""),
                List.of(etcd, controlPlane),
                new LeaveOrders(() -> "m1", cluster, directory.resolve("orders")),
                new Random(1),
                () -> {});
        var secrets = new HashMap<String, ByteString>();
        keys.pem().forEach((name, pem) -> secrets.put(name, ByteString.copyFromUtf8(pem)));
        var address = Cidr.address("192.0.2.1");
        // Joins, so that no program is started.
        var others = List.of(new Etcd.Member("m2", Cidr.address("127.0.0.1")));
        engine.want(
                List.of(
                        message(new Etcd("m1", address, false, others, token)),
                        message(new ControlPlane(
                                "lab",
                                // One that this machine has.
                                Cidr.address("127.0.0.1"),
                                new HostPort("192.0.2.1", 6443),
                                6443,
                                Cidr.parse("198.18.0.0/16"),
                                Cidr.parse("198.19.0.0/16"),
                                "cluster.local",
                                List.of()))),
                secrets);
        TestNode.converge(engine);
        return engine.statuses();
    }

    private static Document message(NodeDocument document) {
        return Document.newBuilder()
                .setKind(document.kind())
                .setName(document.name())
                .setRevision(1)
                .setContent(ByteString.copyFrom(Documents.render(document)))
                .build();
    }

    private Map<String, String> files() throws IOException {
        var found = new TreeMap<String, String>();
        try (var all = Files.walk(directory)) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                found.put(directory.relativize(file).toString(), Files.readString(file));
            }
        }
        return found;
    }

    private static String print(ClusterKeys keys) {
        try {
            return Sha256.of(keys.kubernetes().certificate().getEncoded());
        } catch (CertificateEncodingException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
