package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.Cni;
import dev.garboard.kubernetes.document.ContainerRuntime;
import dev.garboard.kubernetes.document.Kubelet;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.HostPort;
import dev.garboard.nodeconfig.RegistryMirror;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the documents become for the programs of the bundle. */
class NodeFilesTest {

    private static final MountedBundle BUNDLE = new MountedBundle(
            "kubernetes-1.37.2-amd64-01234567", KubernetesVersion.parse("1.37.2"), Path.of("/mounted"));
    private static final Cni CNI =
            new Cni(Cni.Type.BRIDGE, Cidr.parse("10.244.0.0/16"), Cidr.parse("10.244.3.0/24"), List.of(), null);
    private static final Kubelet KUBELET = new Kubelet(
            "rack1-7",
            Cidr.address("192.0.2.17"),
            Cidr.address("10.96.0.10"),
            "cluster.example",
            List.of(HostPort.parse("192.0.2.11:6443")),
            List.of(new Kubelet.Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")),
            55);

    @Test
    void mirrorsAreAskedInTheirOrder() {
        var mirror = new RegistryMirror(
                "example",
                "registry.example:5000",
                List.of(URI.create("http://192.0.2.1:5000"), URI.create("https://mirror.example")));

        assertEquals("""
            server = "https://registry.example:5000"

            [host."http://192.0.2.1:5000"]
              capabilities = ["pull", "resolve"]

            [host."https://mirror.example"]
              capabilities = ["pull", "resolve"]
            """, RegistryMirrorApplier.hosts(mirror));
    }

    @Test
    void whatLeavesThePodsNetworksTakesTheNodesAddress() {
        assertEquals("""
            add table ip garboard_pods
            delete table ip garboard_pods
            table ip garboard_pods {
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr 10.244.3.0/24 ip daddr != 10.244.0.0/16 ip daddr != 224.0.0.0/4 masquerade
              }
            }
            """, CniConfig.masquerade(CNI));
    }

    @Test
    void podsGetAddressesOfTheNodesOwnRange() {
        JsonNode list = JsonMapper.shared().readTree(CniConfig.text(CNI, "cni0"));

        assertEquals("bridge", list.at("/plugins/0/type").asString());
        assertEquals(
                "10.244.3.0/24", list.at("/plugins/0/ipam/ranges/0/0/subnet").asString());
        assertEquals("nftables", list.at("/plugins/1/backend").asString());
    }

    @Test
    void containerdUsesTheProgramsOfTheBundle() {
        String config = ContainerdConfig.text(new ContainerRuntime("debug"), BUNDLE, true, "");

        assertTrue(config.contains("level = \"debug\""), config);
        assertTrue(config.contains("sandbox = \"garboard.dev/base:1.37.2\""), config);
        assertTrue(config.contains("bin_dirs = [\"/mounted/cni\", \"/var/lib/cni/bin\"]"), config);
        assertTrue(config.contains("BinaryName = \"/mounted/bin/runc\""), config);
        assertTrue(config.contains("restrict_oom_score_adj = false"), config);
    }

    @Test
    void containerdLeavesTheOomScoreAloneWhereItMayNotLowerIt() {
        String config = ContainerdConfig.text(new ContainerRuntime(null), BUNDLE, false, "");

        assertTrue(config.contains("level = \"info\""), config);
        assertTrue(config.contains("restrict_oom_score_adj = true"), config);
    }

    @Test
    void shimsOutliveContainerdInAGroupOfTheirOwn() {
        String config = ContainerdConfig.text(new ContainerRuntime(null), BUNDLE, false, "/garboard/shims");

        assertTrue(config.contains("ShimCgroup = \"/garboard/shims\""), config);
    }

    @Test
    void theKubeletAnswersOnlyToTheCluster() {
        JsonNode config = JsonMapper.shared().readTree(KubeletConfig.text(KUBELET, BUNDLE.version(), true));

        assertFalse(config.at("/authentication/anonymous/enabled").asBoolean());
        assertTrue(config.at("/authentication/webhook/enabled").asBoolean());
        assertEquals("Webhook", config.at("/authorization/mode").asString());
        assertTrue(config.at("/serverTLSBootstrap").asBoolean());
        assertTrue(config.at("/rotateCertificates").asBoolean());
    }

    @Test
    void theKubeletIsToldWhatItsDocumentSays() {
        JsonNode config = JsonMapper.shared().readTree(KubeletConfig.text(KUBELET, BUNDLE.version(), true));

        assertEquals("10.96.0.10", config.at("/clusterDNS/0").asString());
        assertEquals("cluster.example", config.at("/clusterDomain").asString());
        assertEquals(55, config.at("/maxPods").asInt());
        assertEquals(
                "{\"key\":\"node-role.kubernetes.io/control-plane\",\"value\":\"\",\"effect\":\"NoSchedule\"}",
                config.at("/registerWithTaints/0").toString());
    }

    @Test
    void theKubeletAcceptsAHostThatHasOnlyOldCgroups() {
        JsonNode config = JsonMapper.shared().readTree(KubeletConfig.text(KUBELET, BUNDLE.version(), false));

        assertFalse(config.at("/failCgroupV1").asBoolean(true));
    }
}
