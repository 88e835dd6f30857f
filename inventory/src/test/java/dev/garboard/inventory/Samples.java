package dev.garboard.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One resource of each kind, with every field filled. */
final class Samples {

    static final Instant TIME = Instant.parse("2026-11-23T18:15:00Z");
    static final String SESSION = "0123456789abcdef0123456789abcdef";
    static final String HASH = "0123456789abcdef".repeat(4);

    private Samples() {}

    static Resource<MachineSpec, MachineStatus> machine(String name) {
        return new Resource<>(Kinds.MACHINE, ObjectMeta.named(name), MachineSpec.undecided(), MachineStatus.unseen());
    }

    static Resource<MachineSpec, MachineStatus> fullMachine() {
        var identity = new MachineIdentity(
                List.of("52:54:00:00:00:01"), "4c4c4544-0042-3510-8052-b4c04f4d3232", "ABC123", "B-77");
        return new Resource<>(
                Kinds.MACHINE,
                ObjectMeta.named("m1")
                        .withLabels(Map.of("rack", "r1", "garboard.dev/role", "worker"))
                        .withAnnotations(Map.of("note", "left of the door")),
                new MachineSpec(
                        Acceptance.ACCEPTED,
                        identity,
                        "lab-1",
                        "m1.example.org",
                        List.of("192.168.77.1"),
                        List.of("pool.ntp.org"),
                        true,
                        new MachineSpec.StateDisk("S5GXNX0T501", true)),
                new MachineStatus(
                        "Ready",
                        identity,
                        Map.of("cpu", Map.of("cores", 4, "model", "QEMU"), "disks", List.of("vda")),
                        "192.168.77.10",
                        7444,
                        SESSION,
                        "0.1.0",
                        "lab-1",
                        "6.12.57+deb13-amd64",
                        TIME,
                        TIME.plusSeconds(86400),
                        new MachineStatus.StateDisk(
                                "nvme0n1",
                                "S5GXNX0T501",
                                null,
                                500_107_862_016L,
                                "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a",
                                TIME),
                        new MachineStatus.DiskOrder(
                                "S5GXNX0T501", "S5GXNX0T501", null, "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c", TIME),
                        new MachineStatus.Config("c".repeat(64), "b".repeat(64), List.of("site", "rack-a"), TIME),
                        List.of(new MachineStatus.Document("Kubelet", "default", 3, 2, 1, "waits for containerd")),
                        List.of(new Condition("Ready", "True", "StreamUp", "the node's stream is up", TIME))));
    }

    static Resource<ImageSpec, ImageStatus> image(String name, boolean preferred, Instant builtAt) {
        return new Resource<>(
                Kinds.IMAGE,
                ObjectMeta.named(name),
                new ImageSpec(
                        "1.0",
                        "lab",
                        "amd64",
                        "6.12.57+deb13-amd64",
                        HASH,
                        "console=ttyS0",
                        List.of(new ImageSpec.File("kernel", HASH, 9_000_000)),
                        "CN=release",
                        HASH,
                        builtAt,
                        preferred),
                ImageStatus.on("here"));
    }

    static Resource<EnrollmentRuleSpec, NoStatus> rule(String name) {
        return new Resource<>(
                Kinds.ENROLLMENT_RULE,
                ObjectMeta.named(name),
                new EnrollmentRuleSpec(
                        10,
                        new EnrollmentRuleSpec.Match(
                                List.of("192.168.77.0/24"), List.of("52:54:00"), List.of("QEMU"), List.of("ABC123")),
                        Acceptance.ACCEPTED,
                        3,
                        "vm-{n}",
                        Map.of("lab", "true"),
                        true),
                new NoStatus());
    }

    static Resource<SubnetSpec, NoStatus> subnet(String name) {
        return new Resource<>(Kinds.SUBNET, ObjectMeta.named(name), subnetSpec(), new NoStatus());
    }

    static SubnetSpec subnetSpec() {
        return new SubnetSpec(
                "192.168.77.0/24",
                "192.168.77.100",
                "192.168.77.200",
                List.of("192.168.77.1"),
                List.of("192.168.77.1"),
                List.of("192.168.77.1"),
                "lab.example.org",
                3600,
                600,
                Map.of("52:54:00:00:00:01", "192.168.77.10"));
    }

    static Resource<LeaseSpec, NoStatus> lease() {
        return new Resource<>(Kinds.LEASE, ObjectMeta.named("192.168.77.100"), leaseSpec(100), new NoStatus());
    }

    static Resource<OperatorCertificateSpec, NoStatus> certificate() {
        return new Resource<>(
                Kinds.OPERATOR_CERTIFICATE,
                ObjectMeta.named("4f0a"),
                new OperatorCertificateSpec(
                        "alice",
                        "operator",
                        "0".repeat(64),
                        TIME,
                        "admin",
                        "4f09",
                        "4f09",
                        new OperatorCertificateSpec.Revoked(
                                TIME, "admin", "laptop lost", OperatorCertificateSpec.Reach.RENEWALS)),
                new NoStatus());
    }

    static LeaseSpec leaseSpec(int host) {
        return new LeaseSpec(
                "192.168." + (77 + host / 256) + "." + host % 256,
                MacAddresses.of(new byte[] {0x52, 0x54, 0, 0, (byte) (host >> 8), (byte) host}),
                "ff00112233",
                "lab",
                TIME,
                TIME.plusSeconds(600));
    }

    static Resource<BootSessionSpec, BootSessionStatus> session() {
        return new Resource<>(
                Kinds.BOOT_SESSION,
                ObjectMeta.named(SESSION),
                new BootSessionSpec("52:54:00:00:00:01", "m1", "x86-bios", "lab-1", "boots lab-1", TIME),
                new BootSessionStatus(
                        "Failed",
                        "script",
                        "the kernel was never asked for",
                        TIME.plusSeconds(90),
                        List.of(new BootSessionStatus.Step(
                                TIME.plusMillis(1250), "dhcp", "dhcp", "OFFER 192.168.77.10", 0, "ok"))));
    }

    static Resource<NodeConfigSpec, NoStatus> nodeConfig(String name) {
        var metadata = new NodeConfigSpec.Metadata("default");
        return new Resource<>(
                Kinds.NODE_CONFIG,
                ObjectMeta.named(name),
                new NodeConfigSpec(
                        new NodeConfigSpec.Selector(Map.of("rack", "a"), List.of("Dell Inc."), List.of("R640")),
                        200,
                        List.of(new NodeConfigSpec.Document(
                                "node.garboard.dev/v1alpha1",
                                "Resolver",
                                metadata,
                                Map.of("servers", List.of("192.0.2.53"))))),
                new NoStatus());
    }

    static ClusterSpec clusterSpec() {
        return new ClusterSpec(
                "1.37.2",
                new ClusterSpec.ControlPlane(Map.of("role", "control-plane"), true),
                new ClusterSpec.Workers(Map.of("role", "worker")),
                "10.244.0.0/16",
                "10.96.0.0/16",
                "cluster.local",
                ClusterSpec.PodNetwork.NONE,
                "api.example.org:6443");
    }

    static Resource<ClusterSpec, ClusterStatus> cluster() {
        return new Resource<>(
                Kinds.CLUSTER,
                ObjectMeta.named("lab"),
                clusterSpec(),
                new ClusterStatus(
                        "Scaling",
                        "1.37.2",
                        "kubernetes-1.37.2",
                        "m1",
                        true,
                        1,
                        1,
                        2,
                        0,
                        List.of(new ClusterStatus.Node(
                                "m1",
                                ClusterStatus.Role.CONTROL_PLANE,
                                "192.168.77.10",
                                "10.244.0.0/24",
                                ClusterStatus.Stage.MEMBER,
                                true,
                                "v1.37.2",
                                "all is well",
                                "kubernetes-1.37.3")),
                        List.of(new Condition("ApiReady", "True", "Answers", "the API answers", TIME)),
                        new ClusterUpgrade(
                                "1.37.2",
                                "1.37.3",
                                "kubernetes-1.37.3",
                                ClusterUpgrade.Phase.CONTROL_PLANES,
                                "m1",
                                ClusterUpgrade.Step.SWAPPING,
                                true,
                                "its programs are replaced",
                                "too slow",
                                TIME,
                                TIME.plusSeconds(9),
                                new ClusterSnapshot("/site/snapshots/lab.db", "a".repeat(64), 4096),
                                7,
                                TIME.plusSeconds(99))));
    }

    static List<Resource<?, ?>> oneOfEachKind() {
        return List.of(
                fullMachine(),
                image("lab-1", true, TIME),
                rule("rule"),
                subnet("lab"),
                lease(),
                session(),
                cluster(),
                certificate(),
                nodeConfig("site"));
    }
}
