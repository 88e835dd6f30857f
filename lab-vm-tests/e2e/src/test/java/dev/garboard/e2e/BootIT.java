package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** One machine, from power on to ready, and what an operator then does with it. The tests follow each other, since a boot is dear. */
@TestMethodOrder(OrderAnnotation.class)
class BootIT {

    private static final String NAME = "flagship.garboard.test";
    private static final String ADDRESS = "192.0.2.77";

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    @Test
    @Order(1)
    void bootsToReadyAndTellsEveryStage() {
        // Real machines have more than one.
        var events = lab.up("--cpus", "2");

        var stages = events.stream()
                .filter(event -> event.path("event").asString().equals("stage"))
                .map(event -> event.path("stage").asString())
                .toList();
        assertEquals(List.of("dhcp", "loader", "script", "kernel", "stage-0", "agent", "enrolled", "ready"), stages);
        assertEquals("ready", events.getLast().path("event").asString());
        assertEquals(1, events.getLast().path("machines").asInt());
    }

    @Test
    @Order(2)
    void keepsATimelineOfTheBoot() {
        var timeline = lab.cli("boots", "m1").succeeded().out();

        for (var stage : List.of("dhcp", "script", "kernel", "agent", "enrolled", "ready")) {
            assertTrue(timeline.lines().anyMatch(line -> line.contains(" s  " + stage + " ")), timeline);
        }
        assertTrue(timeline.contains("ready after "), timeline);
    }

    @Test
    @Order(2)
    void theNodeAnswersForItself() {
        assertTrue(
                node("version").path("kernelRelease").asString().contains("cloud-amd64"),
                () -> node("version").toString());
        assertTrue(
                node("hardware").toString().contains("52:54:00:77:00:11"),
                () -> node("hardware").toString());
        assertTrue(lab.cli("node", "m1", "services").succeeded().out().contains("enrollment"));
        assertTrue(node("interfaces").toString().contains("192.168.77."));
        lab.cli("node", "m1", "time").succeeded();
        assertTrue(lab.cli("node", "m1", "dmesg").succeeded().out().contains("Linux version"));
        assertFalse(lab.cli("node", "m1", "logs", "agent").succeeded().out().isBlank(), "the agent's log has no line");
    }

    @Test
    @Order(2)
    void theInventoryKnowsTheMachine() {
        assertTrue(lab.cli("machine", "list").succeeded().out().contains("m1"));
        assertTrue(lab.cli("machine", "show", "m1").succeeded().out().contains("52:54:00:77:00:11"));
        lab.cli("machine", "show", "m9").exitedWith(3);
    }

    @Test
    @Order(2)
    void kubectlListsTheMachineAndAppliesAChange() {
        assertTrue(lab.kubectl("get", "machines").succeeded().out().contains("m1"));
        var yaml = lab.kubectl("get", "machine", "m1", "-o", "yaml").succeeded().out();
        assertTrue(yaml.contains("kind: Machine"), yaml);

        lab.kubectlReading("""
            apiVersion: garboard.dev/v1alpha1
            kind: Machine
            metadata:
              name: m1
              labels: { rack: r7 }
            """, "apply", "-f", "-").succeeded();

        assertTrue(lab.cli("machine", "list", "--selector", "rack=r7")
                .succeeded()
                .out()
                .contains("m1"));
        assertEquals("Accepted", machine().at("/spec/acceptance").asString());
    }

    /** A boot's session is no secret, every pod of the machine can read it; its ticket is for the machine's own address only, and was used there. */
    @Test
    @Order(2)
    void theTicketOfTheBootIsGivenToNobodyElse() {
        var session = machine().at("/status/bootSession").asString();

        var answer = lab.inside(
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/192.168.77.1/80; printf 'GET /boot/" + session
                                + "/ticket HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3")
                .out();

        assertTrue(answer.contains(" 403 "), answer);
        assertTrue(
                session(session).toString().contains("no boot ticket for 192.168.77.1: it is for another address"),
                () -> session(session).toPrettyString());
    }

    @Test
    @Order(3)
    void takesAnotherNameServerWithoutAReboot() throws IOException, InterruptedException {
        var session = machine().at("/status/bootSession").asString();
        var log = Files.createTempFile("dns", ".log");
        var dns = start(log, "dev.garboard.e2e.DnsResponder", "192.168.77.1", NAME + ".", ADDRESS);
        try {
            LabFixture.await(
                    "the name server listens", () -> Files.readString(log).contains("listening"));

            lab.kubectlReading("""
                apiVersion: garboard.dev/v1alpha1
                kind: NodeConfig
                metadata: { name: rack-7 }
                spec:
                  selector: { matchLabels: { rack: r7 } }
                  documents:
                  - apiVersion: node.garboard.dev/v1alpha1
                    kind: Resolver
                    spec: { servers: [ 192.168.77.1 ] }
                """, "apply", "-f", "-").succeeded();

            LabFixture.await(
                    "the node resolves by the new server",
                    Duration.ofMinutes(2),
                    () -> lab.cli("node", "m1", "resolve", NAME).out().contains(ADDRESS));
            var answer = node("resolve", NAME);
            assertTrue(answer.path("server").asString().startsWith("192.168.77.1"), answer.toString());
            assertTrue(answer.path("rcode").asString().contains("NOERROR"), answer.toString());
            assertEquals(session, machine().at("/status/bootSession").asString());
            LabFixture.await(
                    "the machine says that it is what is declared",
                    () -> condition("Configured").path("reason").asString("").equals("Applied"));
            var config = lab.cli("machine", "config", "m1", "--provenance")
                    .succeeded()
                    .out();
            assertTrue(
                    config.lines()
                            .anyMatch(line ->
                                    line.matches("Resolver/default +servers +192\\.168\\.77\\.1 +NodeConfig/rack-7 *")),
                    config);
            pythonClientGetsTheSameAnswer();
            saysWithinSecondsWhetherItsResolversAnswer();
        } finally {
            dns.destroyForcibly().waitFor();
            Files.deleteIfExists(log);
        }
    }

    /** A wrong address leaves the machine Ready, since its services run, but not without a word; the right one again takes that back. */
    private static void saysWithinSecondsWhetherItsResolversAnswer() {
        LabFixture.await("the name server is found to answer", () -> resolvers("True"));

        var wrong = timeUntilResolversAre("False", "192.0.2.1");
        var said = condition("ResolverAnswers");
        assertEquals("NoneAnswers", said.path("reason").asString());
        var message = said.path("message").asString();
        assertTrue(message.startsWith("192.0.2.1: "), message);
        assertTrue(message.contains("The machine's spec.dnsServers names it"), message);
        assertEquals("Ready", machine().at("/status/phase").asString());
        var list = lab.cli("machine", "list").succeeded().out();
        assertTrue(list.contains("ResolverAnswers"), list);

        var right = timeUntilResolversAre("True", "192.168.77.1");
        System.out.println("ResolverAnswers: False after " + wrong.toMillis() + " ms, True again after "
                + right.toMillis() + " ms");
    }

    /** From before the change is asked for; not more than is promised. */
    private static Duration timeUntilResolversAre(String status, String address) {
        long began = System.nanoTime();
        useResolver(address);
        LabFixture.await("ResolverAnswers becomes " + status, Duration.ofMinutes(1), () -> resolvers(status));
        var took = Duration.ofNanos(System.nanoTime() - began);
        assertTrue(took.compareTo(Duration.ofSeconds(15)) <= 0, () -> status + " after " + took);
        return took;
    }

    private static void useResolver(String address) {
        lab.kubectl(
                        "patch",
                        "machine",
                        "m1",
                        "--type",
                        "merge",
                        "-p",
                        "{\"spec\":{\"dnsServers\":[\"" + address + "\"]}}")
                .succeeded();
    }

    private static boolean resolvers(String status) {
        return condition("ResolverAnswers").path("status").asString("").equals(status);
    }

    private static JsonNode condition(String type) {
        return machine().at("/status/conditions").values().stream()
                .filter(one -> one.path("type").asString().equals(type))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    /** A client that shares no code with ours, against the same contract. */
    private static void pythonClientGetsTheSameAnswer() throws IOException {
        var python = PythonClient.install(lab);

        var printed = python.run(lab, "m1", NAME).succeeded().out();

        assertTrue(printed.contains(ADDRESS), printed);
    }

    @Test
    @Order(4)
    void comesBackAsTheSameMachineAfterAReboot() {
        var before = machine();

        lab.cli("node", "m1", "reboot").succeeded();

        LabFixture.await("the machine is ready again", () -> {
            var now = machine();
            return now.at("/status/phase").asString().equals("Ready")
                    && !now.at("/status/bootSession").equals(before.at("/status/bootSession"));
        });
        var machines = lab.kubectlJson("get", "machines").path("items");
        assertEquals(1, machines.size(), machines::toPrettyString);
        assertEquals(before.at("/metadata/uid"), machine().at("/metadata/uid"));
        assertEquals("r7", machine().at("/metadata/labels/rack").asString());
        var former = session(before.at("/status/bootSession").asString());
        var present = session(machine().at("/status/bootSession").asString());
        assertEquals("Ended", former.at("/status/outcome").asString(), former::toPrettyString);
        LabFixture.await(
                "the new boot is ready",
                () -> session(present.at("/metadata/name").asString())
                        .at("/status/outcome")
                        .asString()
                        .equals("Ready"));
        assertNotEquals(former.at("/metadata/name"), present.at("/metadata/name"));
    }

    /** Last, because it restarts. */
    @Test
    @Order(5)
    void saysWhereItIsWhenItIsAskedLikeAMachineThatHangs() {
        var said = lab.lab("power", "nmi", "m1").succeeded().out();

        assertTrue(said.contains("CPU#0 RIP=") && said.contains("CPU#1 RIP="), said);
        LabFixture.await(
                "its kernel tells what it did", () -> lab.console("m1").contains("Kernel panic - not syncing: NMI"));
    }

    private static JsonNode machine() {
        return lab.kubectlJson("get", "machine", "m1");
    }

    private static JsonNode session(String name) {
        return lab.kubectlJson("get", "bootsession", name);
    }

    private static JsonNode node(String... question) {
        var words = new java.util.ArrayList<>(List.of("node", "m1"));
        words.addAll(List.of(question));
        return lab.json(words.toArray(String[]::new));
    }

    /** Starts one of this module's programs inside the lab's network. */
    private static Process start(Path log, String... mainAndArguments) throws IOException {
        var builder = new ProcessBuilder(lab.insideCommand(TestPrograms.command(mainAndArguments)))
                .directory(LabFixture.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()));
        builder.environment().putAll(lab.environment());
        return builder.start();
    }
}
