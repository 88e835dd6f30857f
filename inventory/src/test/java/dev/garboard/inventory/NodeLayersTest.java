package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.NodeConfigSpec.Selector;
import dev.garboard.nodeconfig.merge.Layer;
import dev.garboard.nodeconfig.merge.Merge;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which NodeConfigs count for a machine, and how strongly. */
class NodeLayersTest {

    private static Resource<NodeConfigSpec, NoStatus> config(
            String name, int priority, Selector selector, String server) {
        var document = new NodeConfigSpec.Document(
                "node.garboard.dev/v1alpha1",
                "Resolver",
                new NodeConfigSpec.Metadata("default"),
                Map.of("servers", List.of(server)));
        return new Resource<>(
                Kinds.NODE_CONFIG,
                ObjectMeta.named(name),
                new NodeConfigSpec(selector, priority, List.of(document)),
                new NoStatus());
    }

    private static Resource<MachineSpec, MachineStatus> machine(
            Map<String, String> labels, Map<String, Object> smbios) {
        var plain = Samples.machine("m1");
        var metadata = plain.metadata();
        return plain.withMetadata(new ObjectMeta("m1", "u", 1, 1, metadata.creationTimestamp(), labels, Map.of()))
                .withStatus(
                        plain.status().edit().facts(Map.of("smbios", smbios)).done());
    }

    @Test
    void allThatIsGivenInASelectorMustMatch() {
        var machine = machine(
                Map.of("rack", "a", "row", "1"), Map.of("systemManufacturer", "Dell Inc.", "systemProduct", "R640"));

        assertTrue(Selector.all().matches(machine));
        assertTrue(Selector.ofLabels(Map.of("rack", "a")).matches(machine));
        assertFalse(Selector.ofLabels(Map.of("rack", "a", "row", "2")).matches(machine));
        assertFalse(Selector.ofLabels(Map.of("site", "x")).matches(machine));
        assertTrue(new Selector(Map.of(), List.of("HPE", "Dell Inc."), List.of("R640")).matches(machine));
        assertFalse(new Selector(Map.of(), List.of("HPE"), List.of("R640")).matches(machine));
        assertFalse(new Selector(Map.of(), List.of("Dell Inc."), List.of("R650")).matches(machine));
        assertFalse(new Selector(Map.of(), List.of("Dell Inc."), List.of()).matches(Samples.machine("unseen")));
    }

    /** The spec has no bound, a document has: a machine that was stored with more is served with the first of them. */
    @Test
    void ofTooManyServersTheFirstCount() {
        var many = IntStream.rangeClosed(1, 20).mapToObj(i -> "192.0.2." + i).toList();
        var machine = machine(Map.of(), Map.of());
        var own = machine.withSpec(new MachineSpec(
                Acceptance.ACCEPTED, MachineIdentity.none(), null, null, many, List.of("192.0.2.1"), null, null));

        var resolver = NodeLayers.ofMachine(own).orElseThrow().documents().getFirst();

        assertEquals(16, resolver.path("spec").path("servers").size());
        assertEquals(
                "192.0.2.16", resolver.path("spec").path("servers").path(15).asString(""));
    }

    @Test
    void theStrongestLayerIsTheMachinesOwn() {
        var site = config("site", 100, Selector.all(), "192.0.2.1");
        var rack = config("rack", 200, Selector.ofLabels(Map.of("rack", "a")), "192.0.2.2");
        var other = config("other", 300, Selector.ofLabels(Map.of("rack", "b")), "192.0.2.3");
        var plain = machine(Map.of("rack", "a"), Map.of());
        var own = plain.withSpec(new MachineSpec(
                Acceptance.ACCEPTED,
                MachineIdentity.none(),
                null,
                "db1",
                List.of("192.0.2.9"),
                List.of("ntp.example.org"),
                null,
                null));

        var layers = NodeLayers.of(own, List.of(other, rack, site));

        assertEquals(
                List.of("NodeConfig/site", "NodeConfig/rack", "Machine/m1"),
                layers.stream().map(Layer::name).toList());
        assertEquals(
                List.of("Hostname hostname", "Resolver servers", "TimeSync servers"),
                layers.getLast().documents().stream()
                        .map(document -> document.path("kind").asString("") + " "
                                + String.join(",", document.path("spec").propertyNames()))
                        .toList());
        var merged = Merge.of(layers, NodeConfigDocuments.RULES);
        assertEquals(
                "[\"192.0.2.9\"]", merged.documents().get(1).at("/spec/servers").toString());
        assertEquals(List.of(), merged.conflicts());
        assertEquals(Optional.empty(), NodeLayers.ofMachine(plain));
    }

    @Test
    void aLayerTellsWhichNodeConfigItIsOf() {
        assertEquals(Optional.of("rack"), NodeLayers.nodeConfig("NodeConfig/rack"));
        assertEquals(Optional.empty(), NodeLayers.nodeConfig("Machine/m1"));
    }
}
