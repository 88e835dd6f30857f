package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which NodeConfigs are refused, and why. */
class NodeConfigChecksTest {

    private static List<String> problems(String spec) {
        try {
            var read = ResourceJson.read(Kinds.NODE_CONFIG, ResourceJson.parse("""
                {"apiVersion":"garboard.dev/v1alpha1","kind":"NodeConfig","metadata":{"name":"site"},"spec":%s}\
                """.formatted(spec)));
            ResourceRules.check(read);
            return List.of();
        } catch (InvalidResourceException refused) {
            return refused.problems();
        }
    }

    private static List<String> ofDocument(String kind, String name, String spec) {
        return problems("""
            {"documents":[{"apiVersion":"node.garboard.dev/v1alpha1","kind":"%s","metadata":{"name":"%s"},"spec":%s}]}\
            """.formatted(kind, name, spec));
    }

    @Test
    void oneThatSaysNothingIsForAllMachinesAndOfTheUsualPriority() {
        var read = ResourceJson.read(Kinds.NODE_CONFIG, ResourceJson.parse("""
            {"apiVersion":"garboard.dev/v1alpha1","kind":"NodeConfig","metadata":{"name":"site"},"spec":{}}\
            """));

        assertEquals(NodeConfigSpec.empty(), read.spec());
        assertEquals("all", read.spec().selector().toString());
        assertEquals(List.of(), problems("{}"));
    }

    @Test
    void everythingThatIsWrongInADocumentIsToldWithItsPlace() {
        assertEquals(
                List.of(
                        "spec.documents[0].spec.port: unknown field; known are servers",
                        "spec.documents[0].spec.servers[0]: found \"x\", expected an IPv4 address"),
                ofDocument("Resolver", "default", "{\"servers\":[\"x\"],\"port\":53}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        Resolver       | default | {"servers":["192.0.2.1","192.0.2.2"]}
        Resolver       | default | {"servers":{"$remove":true}}
        Resolver       | default | {"$remove":true}
        TimeSync       | default | {"servers":["ntp.example.org","192.0.2.3"]}
        Hostname       | default | {"hostname":"m1.example.org"}
        RegistryMirror | docker.io | {"registry":"docker.io","endpoints":["https://mirror.example:5000"]}
        RegistryMirror | a.example-5000 | {"registry":"a.example:5000"}
        RegistryMirror | docker.io | {"endpoints":["https://mirror.example"]}
        """)
    void aDocumentOrAPartOfOneIsTaken(String kind, String name, String spec) {
        assertEquals(List.of(), ofDocument(kind, name, spec));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        Resolver       | default | {"servers":["192.0.2.300"]}          | .spec.servers[0]: found "192.0.2.300", expected an IPv4 address
        Resolver       | default | {"servers":"192.0.2.1"}              | .spec.servers: found "192.0.2.1", expected a list of at most 16
        Resolver       | default | {"servers":[7]}                      | .spec.servers[0]: found 7, expected an IPv4 address
        Resolver       | default | {"servers":["192.0.2.1"],"port":53}  | .spec.port: unknown field; known are servers
        Resolver       | default | {"servers":[null]}                   | .spec.servers[0]: found null, expected a value, or {"$remove": true} to take away what weaker layers say
        Resolver       | default | {"servers":[{"$remove":true},"192.0.2.1"]} | .spec.servers[0]: found {"$remove":true}, expected an IPv4 address
        Resolver       | default | {"servers":[{"name":"a","$remove":true}]} | .spec.servers: found [{"$remove":true,"name":"a"}], expected what is like ["192.0.2.53"]
        Resolver       | default | {"servers":null}                     | .spec.servers: found null, expected a value, or {"$remove": true} to take away what weaker layers say
        Resolver       | default | null                                 | .spec: found null, expected a value, or {"$remove": true} to take away what weaker layers say
        Resolver       | default | {"servers":{"$remove":1e999}}        | .spec.servers: found Infinity, expected true as the value of "$remove"
        RegistryMirror | docker  | {"endpoints":[{"$remove":true}]}     | .spec.endpoints[0]: found {"$remove":true}, expected an http or https URL without query
        Resolver       | second  | {"servers":["192.0.2.1"]}            | .metadata.name: found "second", expected "default"
        RegistryMirror | docker  | {"registry":"docker.io"}             | .metadata.name: found docker, expected docker.io, which is the registry with '-' for ':'
        RegistryMirror | a.example | {"registry":"a.example:5000"}      | .metadata.name: found a.example, expected a.example-5000, which is the registry with '-' for ':'
        RegistryMirror | docker  | {"endpoints":[]}                     | .spec.endpoints: found [], expected a list of at least 1
        RegistryMirror | docker  | {"endpoints":["ftp://x"]}            | .spec.endpoints[0]: found "ftp://x", expected an http or https URL without query
        """)
    void whatNoNodeWouldTakeIsRefusedWithItsPlace(String kind, String name, String spec, String problem) {
        assertEquals(List.of("spec.documents[0]" + problem), ofDocument(kind, name, spec));
    }

    @Test
    void aKindThatNodesDoNotHaveIsRefusedWithTheListOfThose() {
        assertEquals(
                List.of("spec.documents[0].kind: found Kubelet, expected one of Hostname, RegistryMirror, Resolver,"
                        + " TimeSync"),
                ofDocument("Kubelet", "default", "{}"));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        assertEquals(
                List.of(
                        "spec.selector.matchLabels: found -x, expected a key of at most 63 letters, digits, '-', '_'"
                                + " and '.', after an optional DNS prefix and '/'",
                        "spec.priority: found 1001, expected 0 to 1000",
                        "spec.documents[0].apiVersion: found v1, expected node.garboard.dev/v1alpha1",
                        "spec.documents[2]: found Hostname/default, expected a kind and name that no other document"
                                + " has"),
                problems("""
                    {"priority":1001,"selector":{"matchLabels":{"-x":"a"}},"documents":[
                    {"apiVersion":"v1","kind":"Resolver"},
                    {"apiVersion":"node.garboard.dev/v1alpha1","kind":"Hostname"},
                    {"apiVersion":"node.garboard.dev/v1alpha1","kind":"Hostname","metadata":{"name":"default"}}]}\
                    """));
    }

    @Test
    void aFieldThatIsNotKnownIsRefused() {
        assertEquals(List.of("spec.documents[0].sepc: unknown field; did you mean spec?"), problems("""
            {"documents":[{"apiVersion":"node.garboard.dev/v1alpha1","kind":"Resolver","sepc":{}}]}\
            """));
    }

    @Test
    void aWholeDocumentIsReadStrictly() {
        var part = NodeConfigDocuments.tree(new NodeConfigSpec.Document(
                "node.garboard.dev/v1alpha1",
                "RegistryMirror",
                new NodeConfigSpec.Metadata("docker"),
                Map.of("registry", "docker.io")));

        var refusal = assertThrows(RuntimeException.class, () -> NodeConfigDocuments.read(part));

        assertTrue(String.valueOf(refusal.getMessage()).startsWith("RegistryMirror/docker: spec"), refusal::toString);
    }
}
