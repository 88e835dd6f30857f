package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceRulesTest {

    static List<Resource<?, ?>> samples() {
        return Samples.oneOfEachKind();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void allowsTheSamples(Resource<?, ?> resource) {
        assertDoesNotThrow(() -> ResourceRules.check(resource));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a_b", "-a", "a-", "a..b", ".a", "a/b"})
    void refusesNamesThatAreNoDnsSubdomain(String name) {
        var refusal = refusal(Samples.machine(name));

        assertEquals(
                "metadata.name: found " + (name.isEmpty() ? "\"\"" : name)
                        + ", expected at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending"
                        + " with a letter or digit",
                refusal.getMessage());
    }

    @Test
    void refusesNamesThatAreTooLong() {
        var label = "a".repeat(63);
        assertDoesNotThrow(() -> ResourceRules.check(Samples.machine(String.join(".", label, label, label))));

        refusal(Samples.machine(String.join(".", label, label, label, label)));
        refusal(Samples.machine("a".repeat(64)));
    }

    @Test
    void refusesMalformedLabels() {
        var machine = Samples.machine("m");

        var refusal = refusal(machine.withMetadata(machine.metadata().withLabels(Map.of("a b", "c d"))));

        assertEquals(2, refusal.problems().size());
    }

    /** A map of the JDK has another order in each process. */
    @Test
    void namesLabelsAndAnnotationsInTheOrderOfTheirKeys() {
        var wrong = Map.of("c c", "1", "a a", "2", "e e", "3", "b b", "4", "d d", "5");
        var machine = Samples.machine("m");

        for (var metadata :
                List.of(machine.metadata().withLabels(wrong), machine.metadata().withAnnotations(wrong))) {
            var found = refusal(machine.withMetadata(metadata)).problems().stream()
                    .map(problem -> problem.replaceFirst(".*found (. .),.*", "$1"))
                    .toList();
            assertEquals(List.of("a a", "b b", "c c", "d d", "e e"), found);
        }
    }

    @Test
    void tellsHowAMacAddressIsWritten() {
        var machine = Samples.machine("m")
                .withSpec(new MachineSpec(
                        Acceptance.PENDING,
                        new MachineIdentity(List.of("52-54-00-AB-CD-EF"), null, null, null),
                        null,
                        null,
                        List.of(),
                        List.of(),
                        null,
                        null));

        assertEquals(
                "spec.identity.macs[0]: found 52-54-00-AB-CD-EF, expected a MAC address in lower case with colons:"
                        + " 52:54:00:ab:cd:ef",
                refusal(machine).getMessage());
    }

    @Test
    void aStateDiskMustBeNamed() {
        var machine = Samples.machine("m");
        var spec = machine.spec();

        assertEquals(
                "spec.stateDisk.disk: found  , expected a disk's serial number, WWID or kernel name",
                refusal(machine.withSpec(new MachineSpec(
                                spec.acceptance(),
                                spec.identity(),
                                null,
                                null,
                                List.of(),
                                List.of(),
                                null,
                                new MachineSpec.StateDisk(" ", false))))
                        .getMessage());
    }

    /** The kernel numbers disks as it finds them; the next start may give the name to the disk with the backups. */
    @Test
    void aDiskIsGivenUpByANameThatItKeeps() {
        var machine = Samples.machine("m");
        var kernels = List.of("sda", "nvme0n1", "vdb", "/dev/sdaa", "mmcblk0", "dm-3", "xvdb");
        for (var name : kernels) {
            var order = machine.withSpec(machine.spec().withStateDisk(new MachineSpec.StateDisk(name, true)));

            // What was stored before this rule is served all the same.
            assertDoesNotThrow(() -> ResourceRules.check(order));
            assertEquals(
                    "spec.stateDisk.disk: found " + name
                            + ", expected a serial number or WWID where overwrite or discard is set: the kernel may give that"
                            + " name to another disk at the next start; see garboard node m hardware",
                    assertThrows(InvalidResourceException.class, () -> ResourceRules.checkOrder(order))
                            .getMessage());
        }
        for (var name : List.of("S5GXNX0T501", "naa.5000c500a1", "sda-serial", "m2-disk")) {
            assertDoesNotThrow(() -> ResourceRules.checkOrder(
                    machine.withSpec(machine.spec().withStateDisk(new MachineSpec.StateDisk(name, true)))));
        }
        assertDoesNotThrow(() -> ResourceRules.checkOrder(
                machine.withSpec(machine.spec().withStateDisk(new MachineSpec.StateDisk("sda", false)))));
    }

    @Test
    void findsEverythingThatIsWrongWithASubnet() {
        var subnet = Samples.subnet("lab")
                .withSpec(new SubnetSpec(
                        "192.168.77.0/24",
                        "192.168.77.200",
                        "192.168.77.100",
                        List.of("192.168.78.1"),
                        List.of("dns"),
                        List.of(),
                        null,
                        5,
                        600,
                        Map.of(
                                "52:54:00:00:00:01",
                                "192.168.77.255",
                                "52:54:00:00:00:02",
                                "192.168.77.9",
                                "52:54:00:00:00:03",
                                "192.168.77.9")));

        assertEquals(
                List.of(
                        "spec.dnsServers[0]: found dns, expected an IPv4 address such as 192.168.77.10",
                        "spec.leaseSeconds: found 5, expected between 60 and 2147483647 seconds",
                        "spec.rangeEnd: found 192.168.77.100, expected an address not below spec.rangeStart, 192.168.77.200",
                        "spec.routers[0]: found 192.168.78.1, expected a host address in 192.168.77.0/24",
                        "spec.reservations[52:54:00:00:00:01]: found 192.168.77.255, expected a host address in 192.168.77.0/24",
                        "spec.reservations[52:54:00:00:00:03]: found 192.168.77.9, expected an address that is not reserved"
                                + " for 52:54:00:00:00:02"),
                refusal(subnet).problems());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"192.168.77.1/24", "192.168.77.0", "192.168.77.0/33", "192.168.077.0/24", "::/0", "0.0.0.0/0"})
    void refusesMalformedNetworks(String cidr) {
        var spec = Samples.subnetSpec();
        var subnet = Samples.subnet("lab")
                .withSpec(new SubnetSpec(
                        cidr,
                        spec.rangeStart(),
                        spec.rangeEnd(),
                        List.of(),
                        List.of(),
                        List.of(),
                        null,
                        60,
                        60,
                        Map.of()));

        assertEquals(
                "spec.cidr: found " + cidr
                        + ", expected a network of 8 to 30 bits such as 192.168.77.0/24, with no bits set after the prefix",
                refusal(subnet).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{host}-{n}", "Node-{n}", "fixed"})
    void refusesNamePatternsThatMakeNoNames(String pattern) {
        var spec = Samples.rule("r").spec();
        var rule = Samples.rule("r")
                .withSpec(new EnrollmentRuleSpec(1, spec.match(), Acceptance.ACCEPTED, null, pattern, Map.of(), false));

        refusal(rule);
    }

    @Test
    void findsEverythingThatIsWrongWithACluster() {
        var cluster = Samples.cluster()
                .withSpec(new ClusterSpec(
                        "1.20.2",
                        new ClusterSpec.ControlPlane(Map.of("role", "control-plane"), false),
                        new ClusterSpec.Workers(Map.of("rack", "1")),
                        "10.96.0.0/16",
                        "10.96.128.0/17",
                        "cluster.local",
                        ClusterSpec.PodNetwork.BRIDGE,
                        "api.example.org"));

        assertEquals(
                List.of(
                        "spec.version: found 1.20.2, expected a version of Kubernetes 1.36 or 1.37, such as 1.37.2",
                        "spec.workers.selector: found {rack=1}, expected a label that spec.controlPlane.selector has with"
                                + " another value; otherwise one machine could be selected by both",
                        "spec.serviceCidr: found 10.96.128.0/17, expected a network apart from spec.podCidr, 10.96.0.0/16;"
                                + " kube-proxy drops traffic to unallocated service addresses and would cut nodes and pods"
                                + " off without a word",
                        "spec.endpoint: found api.example.org, expected host:port, such as api.example.org:6443"),
                refusal(cluster).problems());
    }

    @Test
    void aClusterNeedsAControlPlaneButNoWorkers() {
        var spec = ClusterSpec.of("1.36.3", Map.of(), Map.of());

        assertEquals(
                List.of("spec.controlPlane.selector: found no labels, expected at least one label, such as role:"
                        + " control-plane; without any it would select nothing"),
                refusal(Samples.cluster().withSpec(spec)).problems());
        assertDoesNotThrow(() -> ResourceRules.check(
                Samples.cluster().withSpec(ClusterSpec.of("1.36.3", Map.of("role", "all"), Map.of()))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.244.0.0/25", "10.244.0.1/16", "10.0.0.0/7", "pods"})
    void refusesPodNetworksThatNodesCannotShare(String cidr) {
        var spec = ClusterSpec.of("1.37.2", Map.of("role", "all"), Map.of()).withNetworks(cidr, "192.168.0.0/16");

        assertEquals(1, refusal(Samples.cluster().withSpec(spec)).problems().size());
    }

    /** The fields that break a rule, without what is said of them. */
    private static List<String> broken(Resource<?, ?> resource) {
        try {
            ResourceRules.check(resource);
            return List.of();
        } catch (InvalidResourceException refused) {
            return refused.problems().stream()
                    .map(problem -> problem.split(": ", 2)[0])
                    .toList();
        }
    }

    @Test
    void annotationsHaveKeysOfLabelsAndABoundForAllOfThem() {
        var machine = Samples.machine("m");
        int most = 256 * 1024;
        var full = Map.of("a", "x".repeat(most / 2 - 1), "b", "x".repeat(most / 2 - 1));

        assertEquals(List.of(), broken(machine.withMetadata(machine.metadata().withAnnotations(full))));
        assertEquals(
                "metadata.annotations: found 262145 characters, expected at most 262144",
                refusal(machine.withMetadata(machine.metadata().withAnnotations(Map.of("ab", "x".repeat(most - 1)))))
                        .getMessage());
        assertEquals(
                List.of("metadata.annotations"),
                broken(machine.withMetadata(machine.metadata().withAnnotations(Map.of("a b", "c")))));
    }

    private static Resource<MachineSpec, MachineStatus> machine(MachineIdentity identity) {
        return Samples.machine("m")
                .withSpec(new MachineSpec(Acceptance.PENDING, identity, null, null, List.of(), List.of(), null, null));
    }

    @Test
    void aUuidIsWrittenInItsOneFormAndIsNoFiller() {
        assertEquals(
                "spec.identity.uuid: found 4C4C4544-0042-3510-8052-B4C04F4D3232, expected a UUID in lower case that is no"
                        + " placeholder: 4c4c4544-0042-3510-8052-b4c04f4d3232",
                refusal(machine(new MachineIdentity(List.of(), "4C4C4544-0042-3510-8052-B4C04F4D3232", null, null)))
                        .getMessage());
        assertEquals(
                "spec.identity.uuid: found 00000000-0000-0000-0000-000000000000, expected a UUID in lower case that is no"
                        + " placeholder",
                refusal(machine(new MachineIdentity(List.of(), "00000000-0000-0000-0000-000000000000", null, null)))
                        .getMessage());
    }

    @Test
    void serialsAreThoseOfOneMachine() {
        assertEquals(
                List.of("spec.identity.systemSerial", "spec.identity.boardSerial"),
                broken(machine(new MachineIdentity(List.of(), null, "Default string", " B-77"))));
    }

    @Test
    void whatAMachineIsGivenMustBeUsable() {
        var spec = new MachineSpec(
                Acceptance.PENDING,
                MachineIdentity.none(),
                "Lab 1",
                "a".repeat(32) + "." + "b".repeat(32),
                List.of("dns.example.org"),
                List.of("pool.ntp.org", "ntp_1"),
                null,
                new MachineSpec.StateDisk("S5GXNX0T501", false, "4C4C4544"));

        assertEquals(
                List.of(
                        "spec.image",
                        "spec.hostname",
                        "spec.dnsServers[0]",
                        "spec.timeServers[1]",
                        "spec.stateDisk.discard"),
                broken(Samples.machine("m").withSpec(spec)));
    }

    @Test
    void aHostNameHasAtMost64Characters() {
        var longest = new MachineSpec(
                Acceptance.PENDING,
                MachineIdentity.none(),
                null,
                "a".repeat(31) + "." + "b".repeat(32),
                List.of(),
                List.of(),
                null,
                new MachineSpec.StateDisk("S5GXNX0T501", false, "4c4c4544-0042-3510-8052-b4c04f4d3232"));

        assertEquals(List.of(), broken(Samples.machine("m").withSpec(longest)));
    }

    @Test
    void anOrderMustBeStorableFirstOfAll() {
        var machine = machine(new MachineIdentity(List.of("nonsense"), null, null, null));

        assertThrows(InvalidResourceException.class, () -> ResourceRules.checkOrder(machine));
    }

    @Test
    void findsEverythingThatIsWrongWithAnImage() {
        var good = Samples.image("lab-1", true, Samples.TIME);
        var spec = good.spec();
        var image = good.withSpec(new ImageSpec(
                " ",
                spec.platform(),
                spec.architecture(),
                spec.kernelRelease(),
                "abc",
                spec.commandLine(),
                List.of(
                        new ImageSpec.File("kernel", Samples.HASH, 1),
                        new ImageSpec.File("kernel", "abc", 0),
                        new ImageSpec.File("Root Image", Samples.HASH, 7)),
                spec.signer(),
                spec.signerFingerprint(),
                spec.builtAt(),
                true));

        assertEquals(
                List.of(
                        "spec.rootHash",
                        "spec.version",
                        "spec.files[1].role",
                        "spec.files[1].sha256",
                        "spec.files[1].size",
                        "spec.files[2].role"),
                broken(image));
    }

    @Test
    void aClustersNameIsAShortLabel() {
        var cluster = Samples.cluster();

        assertEquals(List.of(), broken(cluster.withMetadata(ObjectMeta.named("a".repeat(40)))));
        assertEquals(List.of("metadata.name"), broken(cluster.withMetadata(ObjectMeta.named("a".repeat(41)))));
        assertEquals(List.of("metadata.name"), broken(cluster.withMetadata(ObjectMeta.named("a.b"))));
    }

    @Test
    void leasesAndBootSessionsAreOfOneCard() {
        var lease = new LeaseSpec("192.168.77", "52:54", null, "lab", Samples.TIME, Samples.TIME);
        var session = Samples.session();
        var spec = session.spec();

        assertEquals(List.of("spec.address", "spec.mac"), broken(Samples.lease().withSpec(lease)));
        assertEquals(
                List.of("metadata.name", "spec.mac"),
                broken(session.withMetadata(ObjectMeta.named("abc"))
                        .withSpec(new BootSessionSpec(
                                "52:54", null, spec.architecture(), spec.image(), spec.decision(), Samples.TIME))));
    }

    @Test
    void aCertificateIsNamedByItsSerial() {
        var certificate = Samples.certificate();
        var spec = certificate.spec();
        var long64 = new OperatorCertificateSpec(
                "a".repeat(64), "operator", spec.keyDigest(), spec.notAfter(), "admin", null, null, null);
        var long65 = new OperatorCertificateSpec(
                "a".repeat(65), "operator", spec.keyDigest(), spec.notAfter(), "admin", null, null, null);

        assertEquals(
                List.of(),
                broken(certificate
                        .withMetadata(ObjectMeta.named("a".repeat(40)))
                        .withSpec(long64)));
        assertEquals(
                List.of("metadata.name", "spec.subject"),
                broken(certificate
                        .withMetadata(ObjectMeta.named("a".repeat(41)))
                        .withSpec(long65)));
        assertEquals(List.of("metadata.name"), broken(certificate.withMetadata(ObjectMeta.named("4f-0a"))));
    }

    private static InvalidResourceException refusal(Resource<?, ?> resource) {
        return assertThrows(InvalidResourceException.class, () -> ResourceRules.check(resource));
    }
}
