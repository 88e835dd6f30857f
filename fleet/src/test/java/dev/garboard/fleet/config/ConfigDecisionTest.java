package dev.garboard.fleet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.fleet.ConfigStatus.Hold;
import dev.garboard.fleet.config.ConfigDecision.Former;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.CommittedConfigs.Committed;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.NodeConfigSpec.Selector;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.nodeconfig.DocumentException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What a machine is told, and when it keeps what it was told last. */
class ConfigDecisionTest {

    static Resource<NodeConfigSpec, NoStatus> config(String name, int priority, String kind, Map<String, Object> spec) {
        var document = new NodeConfigSpec.Document(
                "node.garboard.dev/v1alpha1", kind, new NodeConfigSpec.Metadata("default"), spec);
        return new Resource<>(
                Kinds.NODE_CONFIG,
                ObjectMeta.named(name),
                new NodeConfigSpec(Selector.all(), priority, List.of(document)),
                new NoStatus());
    }

    private static Resource<NodeConfigSpec, NoStatus> resolver(String name, int priority, String server) {
        return config(name, priority, "Resolver", Map.of("servers", List.of(server)));
    }

    private static Resource<MachineSpec, MachineStatus> machine(@Nullable String hostname, String... servers) {
        var spec = new MachineSpec(
                Acceptance.ACCEPTED, MachineIdentity.none(), null, hostname, List.of(servers), List.of(), null, null);
        return new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1"), spec, MachineStatus.unseen());
    }

    private static ConfigDecision decide(Former former, List<Resource<NodeConfigSpec, NoStatus>> configs) {
        return ConfigDecision.of(machine(null), configs, Set.of(), former);
    }

    private static List<String> servers(ConfigDecision decision) {
        return NodeSettings.of("m1", decision).dnsServers();
    }

    private static Former former(ConfigDecision decision) {
        return new Former(decision.lasting(), decision.nodeConfigs());
    }

    @Test
    void nothingIsDeclaredOfAMachineThatNoNodeConfigSelects() {
        var decision = decide(Former.NOTHING, List.of());

        assertFalse(decision.saysSomething());
        assertEquals("m1", NodeSettings.of("m1", decision).hostname());
    }

    @Test
    void theStrongerNodeConfigWinsAndBothCount() {
        var decision =
                decide(Former.NOTHING, List.of(resolver("rack", 200, "192.0.2.2"), resolver("site", 100, "192.0.2.1")));

        assertNull(decision.hold());
        assertEquals(List.of("192.0.2.2"), servers(decision));
        assertEquals(List.of("site", "rack"), decision.nodeConfigs());
        assertEquals(64, decision.digest().length());
    }

    @Test
    void nodeConfigsOfOnePriorityThatContradictEachOtherChangeNothing() {
        var before = decide(Former.NOTHING, List.of(resolver("a", 100, "192.0.2.1")));

        var decision = decide(
                former(before),
                List.of(
                        resolver("a", 100, "192.0.2.1"),
                        resolver("b", 100, "192.0.2.2"),
                        config("time", 100, "TimeSync", Map.of("servers", List.of("ntp.example.org")))));

        assertEquals(List.of("192.0.2.1"), servers(decision));
        assertEquals(List.of(), NodeSettings.of("m1", decision).timeServers());
        assertEquals(before.digest(), decision.digest());
        assertEquals(List.of("a"), decision.nodeConfigs());
        assertEquals(Hold.Reason.CONFLICT, hold(decision).reason());
        assertEquals(
                "NodeConfig/a and NodeConfig/b, both of priority 100, contradict each other in Resolver/default"
                        + " spec.servers (NodeConfig/a says [\"192.0.2.1\"], NodeConfig/b says [\"192.0.2.2\"]); the"
                        + " machine keeps what it was told last, and what its own spec says. Give one of them another"
                        + " priority, or take the field out of one",
                hold(decision).message());
    }

    @Test
    void whoWasToldNothingIsToldNothingWhileTheyContradictEachOther() {
        var decision =
                decide(Former.NOTHING, List.of(resolver("a", 100, "192.0.2.1"), resolver("b", 100, "192.0.2.2")));

        assertEquals(List.of(), servers(decision));
        assertTrue(decision.saysSomething());
    }

    @Test
    void theMachinesOwnSpecGetsThroughWhateverNodeConfigsSay() {
        var before = decide(Former.NOTHING, List.of(resolver("a", 100, "192.0.2.1")));
        var timed = config("x", 100, "TimeSync", Map.of("servers", List.of("192.0.2.3")));
        var otherwise = config("y", 100, "TimeSync", Map.of("servers", List.of("192.0.2.4")));

        var held = ConfigDecision.of(machine("db1", "192.0.2.9"), List.of(timed, otherwise), Set.of(), former(before));
        var decided = ConfigDecision.of(
                machine(null, "192.0.2.9"),
                List.of(resolver("a", 100, "192.0.2.1"), resolver("b", 100, "192.0.2.2")),
                Set.of(),
                former(before));

        assertEquals(List.of("192.0.2.9"), servers(held));
        assertEquals("db1", NodeSettings.of("m1", held).hostname());
        assertEquals(Hold.Reason.CONFLICT, hold(held).reason());
        // It decides the very field.
        assertNull(decided.hold());
        assertEquals(List.of("192.0.2.9"), servers(decided));
    }

    @Test
    void aDocumentThatNobodyCompletesIsNotTold() {
        var decision =
                decide(Former.NOTHING, List.of(config("half", 100, "RegistryMirror", Map.of("registry", "docker.io"))));

        assertEquals(List.of(), decision.documents());
        assertEquals(Hold.Reason.INCOMPLETE, hold(decision).reason());
        assertTrue(hold(decision).message().startsWith("RegistryMirror/default: spec"), hold(decision)::message);
    }

    @Test
    void whileANodeConfigCannotBeReadNothingChanges() {
        var before = decide(Former.NOTHING, List.of(resolver("a", 100, "192.0.2.1")));

        var decision = ConfigDecision.of(machine(null), List.of(), Set.of("damaged"), former(before));

        assertEquals(List.of("192.0.2.1"), servers(decision));
        assertEquals(Hold.Reason.UNREADABLE, hold(decision).reason());
    }

    @Test
    void whatTheMachinesOwnSpecSaysNoMoreIsTakenBackWhileNodeConfigsContradictEachOther() {
        var site = resolver("a", 100, "192.0.2.1");
        var before = ConfigDecision.of(
                machine("db1", "192.0.2.9"), List.of(site), Set.of(), former(decide(Former.NOTHING, List.of(site))));

        var held = decide(former(before), List.of(site, resolver("b", 100, "192.0.2.2")));

        assertEquals(List.of("192.0.2.9"), servers(before));
        assertEquals(Hold.Reason.CONFLICT, hold(held).reason());
        assertEquals(List.of("192.0.2.1"), servers(held));
        assertEquals("m1", NodeSettings.of("m1", held).hostname());
    }

    @Test
    void whatTheMachinesOwnSpecDecidedComesBackAsItWasBeforeTheContradiction() {
        var site = resolver("a", 100, "192.0.2.1");
        var both = List.of(site, resolver("b", 100, "192.0.2.2"));
        var decided = ConfigDecision.of(
                machine(null, "192.0.2.9"), both, Set.of(), former(decide(Former.NOTHING, List.of(site))));

        var held = decide(former(decided), both);

        assertNull(decided.hold());
        assertEquals(List.of("192.0.2.1"), servers(held));
    }

    @Test
    void whatOnlyTheMachinesOwnSpecMakesWholeDoesNotLast() {
        var part = config("a", 100, "Hostname", Map.of());

        var decided = ConfigDecision.of(machine("db1"), List.of(part), Set.of(), Former.NOTHING);

        assertNull(decided.hold());
        assertEquals("db1", NodeSettings.of("m1", decided).hostname());
        assertEquals(List.of(), decided.lasting());
    }

    @Test
    void whatTheMachineWasToldLastAndNoLongerReadsIsLeftOutAndNamed() {
        var before = decide(
                Former.NOTHING,
                List.of(
                        resolver("a", 100, "192.0.2.1"),
                        config("time", 100, "TimeSync", Map.of("servers", List.of("192.0.2.3")))));
        var newer = before.lasting().stream().map(ObjectNode::deepCopy).toList();
        newer.getFirst().withObject("/spec").put("ofAnOlderServer", true);

        var held =
                ConfigDecision.of(machine(null), List.of(), Set.of("damaged"), new Former(newer, List.of("a", "time")));

        assertEquals(List.of(), servers(held));
        assertEquals(List.of("192.0.2.3"), NodeSettings.of("m1", held).timeServers());
        assertTrue(
                hold(held).message().contains("this is left out, since it no longer reads: Resolver/default"),
                hold(held)::message);
    }

    @Test
    void theRemedyOfASpecThatBreaksARuleIsTheSpec() {
        var decision = ConfigDecision.of(
                machine("Not a name", "192.0.2.9"), List.of(resolver("a", 100, "192.0.2.1")), Set.of(), Former.NOTHING);

        assertEquals(List.of("192.0.2.9"), servers(decision));
        assertEquals("m1", NodeSettings.of("m1", decision).hostname());
        assertTrue(
                hold(decision).message().startsWith("the Machine's own spec: Hostname/default"),
                hold(decision)::message);
        assertTrue(hold(decision)
                .message()
                .endsWith("Correct spec.hostname, spec.dnsServers or spec.timeServers of the Machine"));
    }

    @Test
    void aRowThatIsDamagedIsRefusedAsADocumentIs() {
        var cut = new Committed(1, "", List.of(), "[{\"kind\":");
        var other = new Committed(1, "", List.of(), "[1]");

        assertThrows(DocumentException.class, () -> CommittedDocuments.former(cut));
        assertThrows(DocumentException.class, () -> CommittedDocuments.former(other));
    }

    @Test
    void whatWasCommittedIsReadBackAsItWas() {
        var decision = decide(Former.NOTHING, List.of(resolver("a", 100, "192.0.2.1")));
        var row = new Committed(
                1, decision.digest(), decision.nodeConfigs(), CommittedDocuments.text(decision.lasting()));

        assertEquals(former(decision), CommittedDocuments.former(row));
    }

    private static Hold hold(ConfigDecision decision) {
        assertNotNull(decision.hold());
        return Objects.requireNonNull(decision.hold());
    }
}
