package dev.garboard.kubernetes.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.StateDisk;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class DocumentsTest {

    static final List<NodeDocument> documents = List.of(
            new KubernetesBundle(
                    "k8s-1.37.2",
                    KubernetesVersion.parse("1.37.2"),
                    URI.create("http://192.168.77.1/bundles/k8s-1.37.2"),
                    "a".repeat(64)),
            new StagedBundle(new KubernetesBundle(
                    "k8s-1.37.3",
                    KubernetesVersion.parse("1.37.3"),
                    URI.create("http://192.168.77.1/bundles/k8s-1.37.3"),
                    "b".repeat(64))),
            new StateDisk("S5GXNX0T 501"),
            new StateDisk("S5GXNX0T 501", false, "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a", null, null),
            new StateDisk(
                    "S5GXNX0T 501",
                    true,
                    null,
                    new StateDisk.Recorded("sda", "S5GXNX0T 501", "", "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a"),
                    new StateDisk.Order(
                            "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c",
                            "S5GXNX0T 501",
                            "naa.5000c500a1",
                            Instant.parse("2026-12-01T06:00:00Z"))),
            new ContainerRuntime("debug"),
            new ContainerRuntime(null),
            new RegistryMirror(
                    "registry-example-5000", "registry.example:5000", List.of(URI.create("https://mirror.example/v2"))),
            new Cni(
                    Cni.Type.BRIDGE,
                    Cidr.parse("10.244.0.0/16"),
                    Cidr.parse("10.244.1.0/24"),
                    List.of(new Cni.Route(Cidr.parse("10.244.2.0/24"), Cidr.address("192.168.77.12"))),
                    Cidr.parse("10.96.0.0/16")),
            new Kubelet(
                    "cp1",
                    Cidr.address("192.168.77.11"),
                    Cidr.address("10.96.0.10"),
                    "cluster.local",
                    List.of(new HostPort("192.168.77.11", 6443)),
                    List.of(new Kubelet.Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")),
                    110),
            new Etcd(
                    "cp2",
                    Cidr.address("192.168.77.12"),
                    false,
                    List.of(new Etcd.Member("cp1", Cidr.address("192.168.77.11"))),
                    "lab-1"),
            new StateDisk(
                    "nvme0n1",
                    false,
                    null,
                    new StateDisk.Recorded("nvme0n1", "", "", "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a"),
                    null),
            new Cni(Cni.Type.NONE, Cidr.parse("10.244.0.0/16"), Cidr.parse("10.244.1.0/24"), List.of(), null),
            new Kubelet(
                    "w1",
                    Cidr.address("192.168.77.21"),
                    Cidr.address("10.96.0.10"),
                    "cluster.local",
                    List.of(new HostPort("192.168.77.11", 6443), new HostPort("cp2.example", 6443)),
                    List.of(),
                    null),
            new Etcd("cp1", Cidr.address("192.168.77.11"), true, List.of(), "lab-1", true),
            new ControlPlane(
                    "bare",
                    Cidr.address("192.168.77.11"),
                    new HostPort("192.168.77.11", 6443),
                    6443,
                    Cidr.parse("10.244.0.0/16"),
                    Cidr.parse("10.96.0.0/16"),
                    "cluster.local",
                    List.of()),
            new ControlPlane(
                    "lab",
                    Cidr.address("192.168.77.11"),
                    new HostPort("lab.example", 6443),
                    6443,
                    Cidr.parse("10.244.0.0/16"),
                    Cidr.parse("10.96.0.0/16"),
                    "cluster.local",
                    List.of("api.example", "203.0.113.7")));

    @ParameterizedTest
    @FieldSource("documents")
    void readsWhatItWrote(NodeDocument document) {
        var read = NodeDocuments.READER.parse(Documents.label(document), Documents.render(document));

        assertEquals(document, read);
    }

    /** Other bytes would be another document to every node, and applied anew; the resource was written by the first version. */
    @Test
    void writesTheSameBytesAsEver() throws IOException {
        try (var golden = Objects.requireNonNull(DocumentsTest.class.getResourceAsStream("documents.jsonl"))) {
            var rendered = documents.stream()
                    .map(document -> new String(Documents.render(document), StandardCharsets.UTF_8))
                    .toList();

            assertEquals(
                    new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList(),
                    rendered);
        }
    }

    @Test
    void hasASampleOfEveryKind() {
        var kinds = documents.stream().map(NodeDocument::kind).collect(Collectors.toSet());

        assertEquals(NodeDocuments.READER.kinds(), kinds);
    }

    /** A field of a good document replaced by a bad value, and what is said of it. */
    record Refusal(String kind, String good, String bad, String message) {}

    static final List<Refusal> refusals = List.of(
            new Refusal(
                    "StateDisk",
                    "\"S5GXNX0T 501\"",
                    "\" \"",
                    "StateDisk/default: spec.disk: found \" \", expected a disk's serial number, WWID or kernel name"),
            new Refusal(
                    "Kubelet",
                    "\"192.168.77.11:6443\"",
                    "\"x\"",
                    "Kubelet/default: spec.apiServers[0]: found \"x\", expected host:port"),
            new Refusal(
                    "Kubelet",
                    "\"maxPods\":110",
                    "\"maxPods\":0",
                    "Kubelet/default: spec.maxPods: found 0, expected an integer from 1 to 1000"),
            new Refusal(
                    "Kubelet",
                    "\"clusterDomain\":\"cluster.local\"",
                    "\"clusterDomain\":7",
                    "Kubelet/default: spec.clusterDomain: found 7, expected a DNS name of small letters, digits, hyphens and dots"),
            new Refusal(
                    "Kubelet",
                    "\"effect\":\"NoSchedule\"",
                    "\"effect\":\"Never\"",
                    "Kubelet/default: spec.taints[0].effect: found \"Never\", expected one of NoSchedule, PreferNoSchedule, NoExecute"),
            new Refusal(
                    "Kubelet",
                    "\"value\":\"\"",
                    "\"colour\":\"\"",
                    "Kubelet/default: spec.taints[0].colour: unknown field; known are key, value, effect"),
            new Refusal(
                    "Kubelet", "\"spec\":{", "\"spek\":{", "Kubelet/default: spek: unknown field; did you mean spec?"),
            new Refusal(
                    "Kubelet",
                    "\"name\":\"default\"",
                    "\"name\":\"other\"",
                    "Kubelet/default: the document calls itself Kubelet/other"),
            new Refusal(
                    "Kubelet",
                    "\"nodeName\":\"cp1\",\"nodeIp\":\"192.168.77.11\"",
                    "\"nodeIp\":\"fd00::1\"",
                    "Kubelet/default: spec.nodeName: missing, expected a DNS name of small letters, digits, hyphens and dots;"
                            + " spec.nodeIp: found \"fd00::1\", expected an IPv4 address"),
            new Refusal(
                    "RegistryMirror",
                    "[\"https://mirror.example/v2\"]",
                    "[\"https://mirror.example/v2?x\",\"ftp://a\",\"http:///x\"]",
                    "RegistryMirror/registry-example-5000: spec.endpoints[0]: found \"https://mirror.example/v2?x\","
                            + " expected an http or https URL without query; spec.endpoints[1]: found \"ftp://a\","
                            + " expected an http or https URL without query; spec.endpoints[2]: found \"http:///x\","
                            + " expected an http or https URL without query"),
            new Refusal(
                    "RegistryMirror",
                    "[\"https://mirror.example/v2\"]",
                    "[]",
                    "RegistryMirror/registry-example-5000: spec.endpoints: found [], expected a list of at least 1"),
            new Refusal(
                    "Kubelet",
                    "\"kind\":\"Kubelet\"",
                    "\"kind\":\"Pod\"",
                    "Kubelet/default: kind: found \"Pod\", expected one of Cni, ContainerRuntime, ControlPlane, Etcd, Kubelet,"
                            + " KubernetesBundle, RegistryMirror, StagedBundle, StateDisk"),
            new Refusal(
                    "Kubelet",
                    "v1alpha1",
                    "v1",
                    "Kubelet/default: apiVersion: found \"node.garboard.dev/v1\", expected one of node.garboard.dev/v1alpha1"),
            new Refusal(
                    "Cni",
                    "\"192.168.77.12\"",
                    "\"10.244.9.1\"",
                    "Cni/default: spec.routes[0].via: found \"10.244.9.1\", expected a node's address, outside of podCidr 10.244.0.0/16"),
            new Refusal(
                    "StagedBundle",
                    "\"name\":\"k8s-1.37.3\"",
                    "\"name\":\"/\"",
                    "StagedBundle/default: spec.name: found \"/\", expected a bundle's name of letters, digits and ._+-"),
            new Refusal(
                    "Etcd",
                    "\"name\":\"cp1\"",
                    "\"name\":\"cp2\"",
                    "Etcd/default: spec.members[0].name: found \"cp2\", expected another name than memberName"),
            new Refusal(
                    "Etcd",
                    "\"bootstrap\":false",
                    "\"bootstrap\":\"no\"",
                    "Etcd/default: spec.bootstrap: found \"no\", expected true or false"),
            new Refusal(
                    "Cni",
                    "\"10.244.1.0/24\"",
                    "\"10.245.1.0/24\"",
                    "Cni/default: spec.nodePodCidr: found \"10.245.1.0/24\", expected a part of podCidr 10.244.0.0/16"),
            new Refusal(
                    "Cni",
                    "\"10.244.2.0/24\"",
                    "\"10.244.1.128/25\"",
                    "Cni/default: spec.routes[0].destination: found \"10.244.1.128/25\", expected no overlap with nodePodCidr 10.244.1.0/24"),
            new Refusal(
                    "ControlPlane",
                    "\"10.96.0.0/16\"",
                    "\"10.96.0.1/16\"",
                    "ControlPlane/default: spec.serviceCidr: found \"10.96.0.1/16\", expected a network without host bits: 10.96.0.0/16"),
            new Refusal(
                    "ControlPlane",
                    "\"10.96.0.0/16\"",
                    "\"10.244.128.0/20\"",
                    "ControlPlane/default: spec.serviceCidr: found \"10.244.128.0/20\", expected no overlap with podCidr 10.244.0.0/16"),
            new Refusal(
                    "ControlPlane",
                    "\"advertiseAddress\":\"192.168.77.11\"",
                    "\"advertiseAddress\":\"10.96.3.1\"",
                    "ControlPlane/default: spec.advertiseAddress: found \"10.96.3.1\", expected an address outside of podCidr 10.244.0.0/16 and serviceCidr 10.96.0.0/16"),
            new Refusal(
                    "KubernetesBundle",
                    "\"version\":\"1.37.2\"",
                    "\"version\":\"1.20.2\"",
                    "KubernetesBundle/default: spec.version: found \"1.20.2\", expected another: Kubernetes 1.20.2 is not supported; this Garboard knows 1.36 and 1.37"));

    @ParameterizedTest
    @FieldSource("refusals")
    void refusesWithTheFieldsPath(Refusal refusal) {
        var document = documents.stream()
                .filter(candidate -> candidate.kind().equals(refusal.kind()))
                .findFirst()
                .orElseThrow();
        var good = new String(Documents.render(document), StandardCharsets.UTF_8);
        var bad = good.replace(refusal.good(), refusal.bad());

        var thrown = assertThrows(
                DocumentException.class,
                () -> NodeDocuments.READER.parse(Documents.label(document), bad.getBytes(StandardCharsets.UTF_8)));

        assertEquals(refusal.message(), thrown.getMessage());
    }

    @Test
    void readsWhatOlderServersLeaveOut() {
        var brief = """
                {"apiVersion":"node.garboard.dev/v1alpha1","kind":"Kubelet","metadata":{"name":"default"},"spec":{"nodeName":"w1",\
                "nodeIp":"192.168.77.21","clusterDns":"10.96.0.10","clusterDomain":"cluster.local","apiServers":["a:6443"],\
                "taints":[{"key":"a","effect":"NoExecute"}]}}""";

        var read = (Kubelet) NodeDocuments.READER.parse("Kubelet/default", brief.getBytes(StandardCharsets.UTF_8));

        assertEquals(List.of(new Kubelet.Taint("a", "", "NoExecute")), read.taints());
    }

    @Test
    void refusesAFieldThatIsGivenTwice() {
        var twice = "{\"kind\":\"Etcd\",\"kind\":\"Kubelet\"}".getBytes(StandardCharsets.UTF_8);

        var thrown = assertThrows(DocumentException.class, () -> NodeDocuments.READER.parse("Etcd/default", twice));

        assertEquals("Etcd/default: the document is not JSON: Duplicate Object property \"kind\"", thrown.getMessage());
    }

    @Test
    void refusesServicesInTheNodesNetwork() {
        var document = (ControlPlane) documents.getLast();

        var thrown =
                assertThrows(DocumentException.class, () -> document.refuseOverlapWith(Cidr.parse("10.96.77.0/24")));

        assertEquals(
                "ControlPlane/default: spec.serviceCidr: 10.96.0.0/16 overlaps the node's network 10.96.77.0/24; choose a range that is used nowhere else",
                thrown.getMessage());
    }
}
