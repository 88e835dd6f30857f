package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.BootSessionSpec;
import dev.garboard.inventory.BootSessionStatus;
import dev.garboard.inventory.BootSessionStatus.Step;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResourceCommandsIT {

    private static final Instant START = Instant.parse("2026-11-23T18:00:00Z");

    @TempDir
    private Path directory;

    private RunningSite site;

    @BeforeEach
    void start() {
        site = new RunningSite(directory);
    }

    @AfterEach
    void stop() {
        site.close();
    }

    @Test
    void listsMachinesAsATable() throws Exception {
        machine("node-a");

        var list = site.runAs(Role.READER, "machine", "list");

        assertEquals(0, list.code(), list.err());
        var lines = list.out().lines().toList();
        assertEquals(
                List.of("NAME", "PHASE", "ACCEPTANCE", "ADDRESS", "IMAGE", "LAST SEEN", "AGE", "TROUBLE"),
                List.of(lines.getFirst().split(" {3,}")));
        assertTrue(lines.get(1).startsWith("node-a   Discovered   Pending"), list.out());
    }

    @Test
    void listsMachinesForPrograms() throws Exception {
        machine("node-a");

        var json = site.runAs(Role.READER, "machine", "list", "-o", "json");
        var yaml = site.runAs(Role.READER, "machine", "show", "node-a", "-o", "yaml");

        assertEquals(
                "node-a",
                new JsonMapper()
                        .readTree(json.out())
                        .at("/items/0/metadata/name")
                        .asString());
        assertTrue(yaml.out().contains("\n  name: node-a\n"), yaml.out());
    }

    @Test
    void labelsMachines() throws Exception {
        machine("node-a");

        var set = site.runAs(Role.OPERATOR, "machine", "label", "node-a", "role=worker", "rack=1");
        var taken = site.runAs(Role.OPERATOR, "machine", "label", "node-a", "rack-");
        var wrong = site.runAs(Role.OPERATOR, "machine", "label", "node-a", "rack");

        assertEquals("machine node-a: role=worker rack=1\n", set.out());
        assertEquals(0, taken.code(), taken.err());
        assertEquals(
                Map.of("role", "worker"),
                site.store()
                        .get(Kinds.MACHINE, "node-a")
                        .orElseThrow()
                        .metadata()
                        .labels());
        assertEquals(2, wrong.code());
        assertEquals("garboard: \"rack\" is no label, expected key=value, or key- to take one away\n", wrong.err());
    }

    @Test
    void declaresAndShowsClusters() throws Exception {
        var none = site.runAs(Role.READER, "cluster", "list");
        var created = site.runAs(
                Role.ADMIN,
                "cluster",
                "create",
                "lab",
                "--version=1.37.2",
                "--control-planes=role=control-plane",
                "--workers=role=worker,rack=1");
        var again = site.runAs(
                Role.ADMIN, "cluster", "create", "lab", "--version=1.37.2", "--control-planes=role=control-plane");
        var overlapping = site.runAs(
                Role.ADMIN,
                "cluster",
                "create",
                "other",
                "--version=1.37.2",
                "--control-planes=role=cp",
                "--pod-cidr=10.96.0.0/16");
        var list = site.runAs(Role.READER, "cluster", "list");
        var status = site.runAs(Role.READER, "cluster", "status", "lab");
        var kubeconfig = site.runAs(Role.READER, "cluster", "kubeconfig", "lab");

        assertEquals("No clusters. Declare one: garboard cluster create NAME …\n", none.err());
        assertEquals(
                "cluster lab: declared; `garboard cluster status lab` shows how it comes on\n",
                created.out(),
                created.err());
        assertEquals(1, again.code());
        assertTrue(overlapping.err().contains("spec.serviceCidr: found 10.96.0.0/16"), overlapping.err());
        assertTrue(list.out().lines().toList().get(1).startsWith("lab    1.37.2    Pending   0/0"), list.out());
        assertTrue(
                status.out().startsWith("lab: Pending, Kubernetes 1.37.2, control planes 0/0, workers 0/0\n"),
                status.out());
        assertTrue(kubeconfig.err().contains("has no control plane yet that could issue one"), kubeconfig.err());
    }

    @Test
    void deletesAClusterOnlyWhenThatIsMeant() throws Exception {
        site.runAs(Role.ADMIN, "cluster", "create", "lab", "--version=1.37.2", "--control-planes=role=control-plane");

        var asked = site.runAs(Role.ADMIN, "cluster", "delete", "lab");
        var missing = site.runAs(Role.ADMIN, "cluster", "delete", "other", "--yes");
        assertEquals("lab", cluster("lab").at("/metadata/name").asString());
        var deleted = site.runAs(Role.ADMIN, "cluster", "delete", "lab", "--yes");

        assertEquals(2, asked.code());
        assertTrue(asked.err().contains("say that it is meant: --yes"), asked.err());
        assertTrue(missing.err().contains("other"), missing.err());
        assertEquals("cluster lab: deleted\n", deleted.out(), deleted.err());
        assertTrue(site.runAs(Role.READER, "cluster", "status", "lab").code() != 0);
    }

    private JsonNode cluster(String name) throws Exception {
        return new JsonMapper()
                .readTree(site.runAs(Role.READER, "cluster", "status", name, "-o", "json")
                        .out());
    }

    @Test
    void acceptsAndRejectsMachines() throws Exception {
        machine("node-a");
        machine("node-b");

        var accepted = site.runAs(Role.OPERATOR, "machine", "accept", "node-a", "node-b");
        var rejected = site.runAs(Role.OPERATOR, "machine", "reject", "node-b");

        assertEquals("machine node-a: Accepted\nmachine node-b: Accepted\n", accepted.out());
        assertEquals("machine node-b: Rejected\n", rejected.out());
        assertEquals(Acceptance.ACCEPTED, acceptance("node-a"));
        assertEquals(Acceptance.REJECTED, acceptance("node-b"));
    }

    @Test
    void endsWithACodeForEveryKindOfRefusal() throws Exception {
        machine("node-a");
        var otherSite = SiteAuthority.create(
                Files.createDirectory(directory.resolve("other")), "other", InstantSource.system());
        var stranger = site.kubeconfig(otherSite.issueOperator("mallory", Role.ADMIN, Duration.ofDays(1)), 1);
        var gone = Files.writeString(
                directory.resolve("gone"),
                Files.readString(site.kubeconfig(site.person(Role.ADMIN), 1))
                        .replaceAll("https://127.0.0.1:\\d+", "https://127.0.0.1:1"));

        var missing = site.runAs(Role.READER, "machine", "show", "nobody");
        var small = site.runAs(Role.READER, "machine", "accept", "node-a");
        var strange = RunningSite.run("machine", "list", "--kubeconfig=" + stranger);
        var unreachable = RunningSite.run("machine", "list", "--kubeconfig=" + gone);
        var nothing = RunningSite.run("machine");

        assertEquals(ExitCode.NOT_FOUND, missing.code(), missing.err());
        assertEquals("garboard: machines.garboard.dev \"nobody\" not found\n", missing.err());
        assertEquals(ExitCode.REFUSED, small.code(), small.err());
        assertTrue(small.err().contains("role operator"), small.err());
        assertEquals(ExitCode.REFUSED, strange.code(), strange.err());
        assertEquals(ExitCode.UNREACHABLE, unreachable.code(), unreachable.err());
        assertTrue(unreachable.err().contains("nobody answers at https://127.0.0.1:1"), unreachable.err());
        assertEquals(ExitCode.USAGE, nothing.code(), nothing.err());
    }

    @Test
    void showsTheTimelineOfABoot() throws Exception {
        boot(
                "0".repeat(32),
                "node-a",
                new BootSessionStatus(
                        "Ready",
                        null,
                        null,
                        null,
                        List.of(
                                new Step(START.plusMillis(12), "dhcp", "dhcp", "OFFER 192.0.2.7", 0, "ok"),
                                new Step(START.plusMillis(1200), "kernel", "http", "", 9_500_000, "ok"),
                                new Step(START.plusMillis(31_500), "ready", "grpc", "", 0, "ok"))));

        var shown = site.runAs(Role.READER, "boots", "node-a");

        assertEquals(0, shown.code(), shown.err());
        assertEquals("""
            Boot of node-a (52:54:00:00:00:01), started 2026-11-23T18:00:00Z, x86-bios
              session   00000000000000000000000000000000
              image     lab-1
              decision  preferred image
                  0.012 s  dhcp       dhcp              ok      OFFER 192.0.2.7
                  1.200 s  kernel     http      9.5 MB  ok
                 31.500 s  ready      grpc              ok
              ready after 31.5 s

            """, shown.out());
    }

    @Test
    void saysWhereABootStoppedAndWhy() throws Exception {
        var running = new BootSessionStatus(
                "Running", null, null, null, List.of(new Step(START, "script", "http", "", 412, "ok")));
        boot("1".repeat(32), null, running);

        var shown = site.runAs(Role.READER, "boots");

        assertTrue(shown.out().contains("not finished: reached script, nothing since"), shown.out());
        assertTrue(shown.out().contains("likely cause: the script was fetched"), shown.out());
    }

    @Test
    void showsTheLastBootsOnly() throws Exception {
        for (int i = 0; i < 3; i++) {
            boot(Integer.toString(i).repeat(32), "node-a", BootSessionStatus.begun());
        }

        var shown = site.runAs(Role.READER, "boots", "node-a", "--last", "2", "-o", "json");
        var missing = site.runAs(Role.READER, "boots", "nobody");

        assertEquals(2, new JsonMapper().readTree(shown.out()).size());
        assertEquals(ExitCode.NOT_FOUND, missing.code(), missing.err());
    }

    private void machine(String name) {
        site.store()
                .create(new Resource<>(
                        Kinds.MACHINE, ObjectMeta.named(name), MachineSpec.undecided(), MachineStatus.unseen()));
    }

    private Acceptance acceptance(String name) {
        return site.store().get(Kinds.MACHINE, name).orElseThrow().spec().acceptance();
    }

    private void boot(String session, @Nullable String machine, BootSessionStatus status) {
        var spec = new BootSessionSpec("52:54:00:00:00:01", machine, "x86-bios", "lab-1", "preferred image", START);
        site.store().create(new Resource<>(Kinds.BOOT_SESSION, ObjectMeta.named(session), spec, status));
    }
}
