package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ResourceJsonTest {

    static List<Resource<?, ?>> samples() {
        return Samples.oneOfEachKind();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsWhatItWrote(Resource<?, ?> resource) {
        var text = ResourceJson.write(resource).toString();

        var read = ResourceJson.read(ResourceJson.parse(text));

        assertEquals(resource, read);
    }

    @Test
    void everyKindHasASample() {
        var kinds = samples().stream().map(Resource::kind).toList();

        assertEquals(Kinds.all(), kinds);
    }

    /** Databases hold this text and clients read it; the resource was written by an earlier version. */
    @Test
    void writesTheSameTextAsEver() throws IOException {
        try (var golden = Objects.requireNonNull(ResourceJsonTest.class.getResourceAsStream("resources.jsonl"))) {
            var all = new ArrayList<>(samples());
            all.add(Samples.machine("bare"));
            all.add(new Resource<>(
                    Kinds.CLUSTER,
                    ObjectMeta.named("bare"),
                    ClusterSpec.of("1.37.2", Map.of("role", "control-plane"), Map.of()),
                    ClusterStatus.declared()));
            all.add(new Resource<>(
                    Kinds.BOOT_SESSION,
                    ObjectMeta.named(Samples.SESSION),
                    new BootSessionSpec("52:54:00:00:00:01", null, "x86-bios", null, "refused", Samples.TIME),
                    BootSessionStatus.begun()));
            all.add(new Resource<>(
                    Kinds.ENROLLMENT_RULE,
                    ObjectMeta.named("any"),
                    new EnrollmentRuleSpec(
                            100,
                            new EnrollmentRuleSpec.Match(List.of(), List.of(), List.of(), List.of()),
                            Acceptance.REJECTED,
                            null,
                            "node-{mac}",
                            Map.of(),
                            false),
                    new NoStatus()));

            var written = all.stream()
                    .map(resource -> ResourceJson.write(resource).toString())
                    .toList();

            assertEquals(
                    new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList(),
                    written);
        }
    }

    @Test
    void writesTheShapeThatKubernetesClientsExpect() {
        var stored = Samples.machine("m1")
                .withMetadata(new ObjectMeta(
                        "m1", "u", 7, 1, Samples.TIME.plusMillis(500), Map.of("b", "2", "a", "1"), Map.of()));

        assertEquals("""
                {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"m1","uid":"u",\
                "resourceVersion":"7","generation":1,"creationTimestamp":"2026-11-23T18:15:00Z",\
                "labels":{"a":"1","b":"2"}},"spec":{"acceptance":"Pending"},\
                "status":{"phase":"Discovered","apiPort":0}}\
                """, ResourceJson.write(stored).toString());
    }

    @Test
    void aMachineWithoutSpecIsUndecided() {
        var read = ResourceJson.read(Kinds.MACHINE, ResourceJson.parse("""
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"m1","creationTimestamp":null}}\
            """));

        assertEquals(Samples.machine("m1"), read);
    }

    @Test
    void aSubnetNeedsNoMoreThanItsNetworkAndRange() {
        var read = ResourceJson.read(Kinds.SUBNET, document("Subnet", """
            {"cidr":"10.0.0.0/24","rangeStart":"10.0.0.10","rangeEnd":"10.0.0.20"}\
            """));

        assertEquals(3600, read.spec().leaseSeconds());
        assertEquals(List.of(), read.spec().routers());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        Subnet | {"cidr":"10.0.0.0/24","rangeStrt":"x"} | spec.rangeStrt: unknown field; did you mean rangeStart?
        Subnet | {"cidr":"10.0.0.0/24","rangeEnd":"x"} | spec.rangeStart: missing, expected a string
        Subnet | {"cidr":5} | spec.cidr: found 5, expected a string
        Machine | {"acceptance":"accepted"} | spec.acceptance: found "accepted", expected one of Pending, Accepted, Rejected
        Machine | {"identity":{"macs":["a",1]}} | spec.identity.macs[1]: found 1, expected a string
        Machine | {"identity":{"macs":"a"}} | spec.identity.macs: found "a", expected a list
        Machine | {"allowWeakIdentity":"yes"} | spec.allowWeakIdentity: found "yes", expected true or false
        Machine | [] | spec: found [], expected an object
        EnrollmentRule | {"order":1.5} | spec.order: found 1.5, expected an integer
        EnrollmentRule | {"action":"Accepted","labels":{"a":1}} | spec.labels[a]: found 1, expected a string
        Image | {"zzzzzzzzzzz":1} | spec.zzzzzzzzzzz: unknown field; known are version, platform, architecture, kernelRelease, rootHash, commandLine, files, signer, signerFingerprint, builtAt, preferred
        """)
    void refusesWhatItDoesNotUnderstand(String kind, String spec, String message) {
        var tree = document(kind, spec);

        var refusal = assertThrows(InvalidResourceException.class, () -> ResourceJson.read(tree));

        assertEquals(message, refusal.problems().getFirst());
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        var tree = ResourceJson.parse("""
                {"apiVersion":"garboard.dev/v1alpha1","kind":"Subnet","metadata":{"lables":{}},\
                "spec":{"cidr":5,"rangeStrt":"x","leaseSeconds":"long"}}""");

        var refusal = assertThrows(InvalidResourceException.class, () -> ResourceJson.read(tree));

        assertEquals(
                List.of(
                        "metadata.lables: unknown field; did you mean labels?",
                        "metadata.name: missing, expected a string",
                        "spec.rangeStrt: unknown field; did you mean rangeStart?",
                        "spec.cidr: found 5, expected a string",
                        "spec.rangeEnd: missing, expected a string",
                        "spec.leaseSeconds: found \"long\", expected an integer"),
                refusal.problems());
    }

    @Test
    void leavesOutWhatKubectlKnowsFromElsewhere() {
        var read = ResourceJson.read(Kinds.MACHINE, ResourceJson.parse("""
                {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine",\
                "metadata":{"name":"m1","managedFields":[{"manager":"kubectl"}],"selfLink":"/x","resourceVersion":"7"}}"""));

        assertEquals(7, read.metadata().resourceVersion());
        assertEquals(MachineSpec.undecided(), read.spec());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"kind":"Machine"} | apiVersion: missing, expected a string
            {"apiVersion":"v1","kind":"Machine"} | apiVersion: found "v1", expected garboard.dev/v1alpha1
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Pod"} | kind: found "Pod", expected one of Machine, Image, EnrollmentRule, Subnet, Lease, BootSession, Cluster, OperatorCertificate, NodeConfig
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine"} | metadata.name: missing, expected a string
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"a","lables":{}}} | metadata.lables: unknown field; did you mean labels?
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"a","namespace":"x"}} | metadata.namespace: found "x", expected none; resources of garboard.dev are not in namespaces
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"a","resourceVersion":"x"}} | metadata.resourceVersion: found "x", expected a decimal number in quotes, as this server gave it
            {"apiVersion":"garboard.dev/v1alpha1","kind":"Machine","metadata":{"name":"a"},"sepc":{}} | sepc: unknown field; did you mean spec?
            [] | found [], expected an object
            """)
    void refusesWhatIsNoResource(String text, String message) {
        var refusal = assertThrows(InvalidResourceException.class, () -> ResourceJson.read(ResourceJson.parse(text)));

        assertEquals(message, refusal.problems().getFirst());
    }

    @Test
    void refusesAKeyThatIsThereTwice() {
        assertThrows(InvalidResourceException.class, () -> ResourceJson.parse("{\"a\":1,\"a\":2}"));
    }

    private static JsonNode document(String kind, String spec) {
        return ResourceJson.parse("{\"apiVersion\":\"garboard.dev/v1alpha1\",\"kind\":\"" + kind
                + "\",\"metadata\":{\"name\":\"a\"},\"spec\":" + spec + "}");
    }
}
