package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.DesiredState;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.NodeConfigSpec.Selector;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What NodeConfigs say reaches the node, and what the node says of it reaches the machine's status. */
@Timeout(120)
class NodeConfigIT {

    @TempDir
    Path directory;

    FleetRig rig;
    String session;
    FakeNode node;
    private long received;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        session = rig.booted(MAC);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        node = rig.node();
        node.take(next(node.enroll(node.request(session, MAC, UUID).build())).getAccepted());
        node.connect("node-1", session);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void declare(String name, int priority, String kind, Map<String, Object> spec) {
        var document = new NodeConfigSpec.Document(
                "node.garboard.dev/v1alpha1",
                kind,
                new NodeConfigSpec.Metadata(kind.equals("RegistryMirror") ? "docker.io" : "default"),
                spec);
        rig.store.create(new Resource<>(
                Kinds.NODE_CONFIG,
                ObjectMeta.named(name),
                new NodeConfigSpec(Selector.ofLabels(Map.of("rack", "a")), priority, List.of(document)),
                new NoStatus()));
    }

    private void resolver(String name, int priority, String server) {
        declare(name, priority, "Resolver", Map.of("servers", List.of(server)));
    }

    /** The first desired state from now on that is so; each is newer than the one before. */
    private DesiredState desired(Predicate<DesiredState> isSo) throws InterruptedException {
        while (true) {
            var message = node.received.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, "no such desired state within 20 s");
            if (message.hasDesired()) {
                assertTrue(message.getDesired().getRevision() >= received, message::toString);
                received = message.getDesired().getRevision();
                if (isSo.test(message.getDesired())) {
                    return message.getDesired();
                }
            }
        }
    }

    private DesiredState desiredServers(String... servers) throws InterruptedException {
        return desired(state -> state.getDnsServersList().equals(List.of(servers)));
    }

    private void reports(long revision, DocumentStatus... documents) {
        node.say(NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder()
                        .setReady(true)
                        .setObservedRevision(revision)
                        .addAllDocuments(List.of(documents))));
    }

    private MachineStatus status() {
        return rig.machine("node-1").status();
    }

    private String configured() {
        return status().conditions().stream()
                .filter(condition -> condition.type().equals("Configured"))
                .map(condition -> condition.status() + " " + condition.reason())
                .findFirst()
                .orElse("");
    }

    private void configuredIs(String expected) throws InterruptedException {
        eventually(() -> configured().equals(expected), () -> status().toString());
    }

    private String message() {
        return status().conditions().stream()
                .filter(condition -> condition.type().equals("Configured"))
                .map(Condition::message)
                .findFirst()
                .orElse("");
    }

    private MachineStatus.Config config() {
        return Objects.requireNonNull(status().config());
    }

    @Test
    void whatANodeConfigSaysReachesTheNodesOfItsMachines() throws Exception {
        desired(state -> state.getHostname().equals("node-1"));

        resolver("site", 100, "192.0.2.1");
        var first = desiredServers("192.0.2.1");
        configuredIs("False Waiting");
        assertEquals(List.of("site"), config().nodeConfigs());
        node.say(NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder()
                        .setReady(false)
                        .setMessage("of what was before")
                        .setObservedRevision(first.getRevision() - 1)));
        eventually(() -> status().toString().contains("of what was before"), () -> status().toString());
        assertEquals("False Waiting", configured());
        reports(first.getRevision());
        configuredIs("True Applied");
        assertEquals(config().digest(), config().appliedDigest());

        resolver("rack", 200, "192.0.2.2");
        var second = desiredServers("192.0.2.2");
        configuredIs("False Waiting");
        assertEquals(List.of("site", "rack"), config().nodeConfigs());
        reports(second.getRevision());
        configuredIs("True Applied");

        rig.store.delete(Kinds.NODE_CONFIG, "rack", 0);
        desiredServers("192.0.2.1");
        rig.store.delete(Kinds.NODE_CONFIG, "site", 0);
        var last = desiredServers();
        eventually(() -> config().nodeConfigs().isEmpty(), () -> status().toString());
        reports(last.getRevision());
        configuredIs("True Applied");
    }

    @Test
    void theMachinesOwnSpecWins() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");

        rig.store.update(Kinds.MACHINE, "node-1", machine -> {
            var spec = machine.spec();
            return machine.withSpec(new MachineSpec(
                    spec.acceptance(),
                    spec.identity(),
                    spec.image(),
                    "db1",
                    List.of("192.0.2.9"),
                    spec.timeServers(),
                    spec.allowWeakIdentity(),
                    spec.stateDisk()));
        });

        assertEquals("db1", desiredServers("192.0.2.9").getHostname());
    }

    @Test
    void aMachineThatIsSelectedNoMoreIsToldSo() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");

        rig.store.update(Kinds.MACHINE, "node-1", machine -> {
            var metadata = machine.metadata();
            return machine.withMetadata(metadata.withLabels(Map.of()));
        });

        desiredServers();
    }

    @Test
    void aContradictionIsSaidAndTheFormerStateOutlivesTheServer() throws Exception {
        resolver("a", 100, "192.0.2.1");
        var before = desiredServers("192.0.2.1");
        reports(before.getRevision());
        configuredIs("True Applied");
        var digest = config().digest();

        resolver("b", 100, "192.0.2.2");

        configuredIs("False Conflict");
        assertTrue(
                message()
                        .startsWith("NodeConfig/a and NodeConfig/b, both of priority 100, contradict each other in"
                                + " Resolver/default spec.servers"),
                this::message);
        assertEquals(digest, config().digest());
        rig.restartAll();
        node = restarted();
        assertEquals(
                List.of("192.0.2.1"),
                desired(state -> state.getHostname().equals("node-1")).getDnsServersList());
        configuredIs("False Conflict");
        rig.store.delete(Kinds.NODE_CONFIG, "a", 0);
        var after = desiredServers("192.0.2.2");
        reports(after.getRevision());
        configuredIs("True Applied");
    }

    @Test
    void aContradictionThatConcernsTheMachineNoMoreIsNotSaidOfItAnyLonger() throws Exception {
        var first = desired(state -> state.getHostname().equals("node-1"));
        declareAtOnce();
        configuredIs("False Conflict");

        rig.store.update(
                Kinds.MACHINE,
                "node-1",
                machine -> machine.withMetadata(machine.metadata().withLabels(Map.of())));

        configuredIs("False Waiting");
        reports(desired(state -> state.getRevision() > first.getRevision()).getRevision());
        configuredIs("True Applied");
    }

    /** Two that contradict each other before the machine was told anything. */
    private void declareAtOnce() {
        rig.store.update(
                Kinds.MACHINE,
                "node-1",
                machine -> machine.withMetadata(machine.metadata().withLabels(Map.of())));
        resolver("a", 100, "192.0.2.1");
        resolver("b", 100, "192.0.2.2");
        rig.store.update(
                Kinds.MACHINE,
                "node-1",
                machine -> machine.withMetadata(machine.metadata().withLabels(Map.of("rack", "a"))));
    }

    /** The same node after its server has started anew. */
    private FakeNode restarted() throws Exception {
        node.connect("node-1", session);
        return node;
    }

    @Test
    void aMirrorIsADocumentAndItsNodeSaysHowFarItIs() throws Exception {
        declare(
                "mirrors",
                100,
                "RegistryMirror",
                Map.of("registry", "docker.io", "endpoints", List.of("https://mirror.example")));

        var state = desired(one -> one.getDocumentsCount() == 1);
        var mirror = state.getDocuments(0);
        assertEquals("RegistryMirror/docker.io", mirror.getKind() + "/" + mirror.getName());
        assertTrue(mirror.getContent().toStringUtf8().contains("https://mirror.example"), mirror::toString);
        var said = DocumentStatus.newBuilder()
                .setKind("RegistryMirror")
                .setName("docker.io")
                .setDesiredRevision(mirror.getRevision());
        reports(
                state.getRevision(),
                said.setFailedRevision(mirror.getRevision())
                        .setMessage("no room")
                        .build());
        configuredIs("False Failed");
        assertEquals("RegistryMirror/docker.io: no room", message());
        reports(
                state.getRevision(),
                said.setFailedRevision(0)
                        .setMessage("")
                        .setAppliedRevision(mirror.getRevision())
                        .build());
        configuredIs("True Applied");

        rig.store.delete(Kinds.NODE_CONFIG, "mirrors", 0);

        desired(one -> one.getDocumentsCount() == 0);
    }

    @Test
    void aNodeConfigThatCannotBeReadTakesNothingBack() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");
        rig.damage("site");

        rig.restartAll();
        node = restarted();

        assertEquals(
                List.of("192.0.2.1"),
                desired(state -> state.getHostname().equals("node-1")).getDnsServersList());
        configuredIs("False Unreadable");
        assertTrue(message().startsWith("NodeConfig site is stored and cannot be read"), this::message);
    }

    @Test
    void aNodeConfigThatCouldNotBeReadHoldsUpNobodyOnceItIsDeleted() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");
        rig.damage("site");
        rig.restartAll();
        node = restarted();
        configuredIs("False Unreadable");
        assertTrue(message().endsWith("An admin deletes it: kubectl delete nodeconfig NAME; then create it again"));

        rig.store.discardUnreadable(Kinds.NODE_CONFIG, "site");

        var last = desiredServers();
        configuredIs("False Waiting");
        reports(last.getRevision());
        configuredIs("True Applied");
    }

    @Test
    void aDatabaseThatIsRestoredUnderTheServerDecides() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");
        configuredIs("False Waiting");
        var copy = rig.copy();
        resolver("later", 200, "192.0.2.2");
        desiredServers("192.0.2.2");
        for (int i = 0; i < 50; i++) {
            declare("other-" + i, 100, "TimeSync", Map.of("servers", List.of("192.0.2.3")));
        }
        desired(state -> state.getTimeServersList().equals(List.of("192.0.2.3")));
        eventually(() -> config().nodeConfigs().size() == 52, () -> status().toString());

        rig.restore(copy);
        reconnect();

        resolver("newest", 300, "192.0.2.4");
        desiredServers("192.0.2.4");
        eventually(() -> config().nodeConfigs().equals(List.of("site", "newest")), () -> status().toString());
    }

    @Test
    void whatWasCommittedAndCannotBeReadEndsNoStream() throws Exception {
        resolver("site", 100, "192.0.2.1");
        desiredServers("192.0.2.1");
        rig.damageCommitted();

        reconnect();
        node.say(NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder().setReady(false).setMessage("still there")));

        eventually(() -> status().toString().contains("still there"), () -> status().toString());
    }

    private void reconnect() throws Exception {
        received = 0;
        node.received.clear();
        node.connect("node-1", session);
    }
}
