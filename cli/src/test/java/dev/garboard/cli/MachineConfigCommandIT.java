package dev.garboard.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.NodeConfigSpec;
import dev.garboard.inventory.NodeConfigSpec.Selector;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class MachineConfigCommandIT {

    @TempDir
    private Path directory;

    private RunningSite site;

    @BeforeEach
    void start() {
        site = new RunningSite(directory);
        var spec = new MachineSpec(
                Acceptance.ACCEPTED, MachineIdentity.none(), null, "db1", List.of(), List.of(), null, null);
        site.store().create(new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1"), spec, MachineStatus.unseen()));
    }

    @AfterEach
    void stop() {
        site.close();
    }

    private void resolver(String name, int priority, String server) {
        var document = new NodeConfigSpec.Document(
                "node.garboard.dev/v1alpha1",
                "Resolver",
                new NodeConfigSpec.Metadata("default"),
                Map.of("servers", List.of(server, "192.0.2.9")));
        site.store()
                .create(new Resource<>(
                        Kinds.NODE_CONFIG,
                        ObjectMeta.named(name),
                        new NodeConfigSpec(Selector.all(), priority, List.of(document)),
                        new NoStatus()));
    }

    @Test
    void showsEachFieldAndWhoDeclaresIt() throws Exception {
        resolver("site", 100, "192.0.2.1");
        resolver("rack", 200, "192.0.2.2");

        var plain = site.runAs(Role.READER, "machine", "config", "m1");
        var provenance = site.runAs(Role.READER, "machine", "config", "m1", "--provenance");

        assertEquals("""
            DOCUMENT           FIELD      VALUE
            Hostname/default   hostname   db1
            Resolver/default   servers    192.0.2.2, 192.0.2.9
            """, plain.out(), plain::toString);
        assertEquals(0, provenance.code(), provenance::toString);
        assertEquals(
                List.of(
                        "DOCUMENT|FIELD|VALUE|SET BY|INSTEAD OF",
                        "Hostname/default|hostname|db1|Machine/m1|",
                        "Resolver/default|servers|192.0.2.2, 192.0.2.9|NodeConfig/rack|192.0.2.1, 192.0.2.9 of"
                                + " NodeConfig/site"),
                provenance
                        .out()
                        .lines()
                        .map(line -> line.replaceAll(" {3,}", "|"))
                        .toList());
    }

    @Test
    void tellsProgramsTheSame() throws Exception {
        resolver("site", 100, "192.0.2.1");

        var json = new JsonMapper()
                .readTree(site.runAs(Role.READER, "machine", "config", "m1", "--provenance", "-o", "json")
                        .out());
        var yaml = site.runAs(Role.READER, "machine", "config", "m1", "-o", "yaml");

        assertEquals("Resolver", json.at("/documents/1/kind").asString());
        assertEquals("spec.servers", json.at("/fields/1/path").asString());
        assertEquals("NodeConfig/site", json.at("/fields/1/setBy/0").asString());
        assertEquals(64, json.path("digest").asString().length());
        assertTrue(yaml.out().contains("  spec:\n    hostname: db1\n"), yaml::out);
    }

    @Test
    void namesWhatContradictsEachOther() throws Exception {
        resolver("a", 100, "192.0.2.1");
        resolver("b", 100, "192.0.2.2");

        var shown = site.runAs(Role.READER, "machine", "config", "m1");
        var json = new JsonMapper()
                .readTree(site.runAs(Role.READER, "machine", "config", "m1", "-o", "json")
                        .out());

        assertTrue(shown.out().contains("Resolver/default   servers    (conflict)\n"), shown::toString);
        assertTrue(shown.out().contains("Not in force (Conflict): m1 keeps what it was told last.\n"), shown::toString);
        assertEquals("Conflict", json.path("held").asString());
        assertEquals("spec.servers", json.at("/conflicts/0/path").asString());
        assertTrue(
                shown.out()
                        .contains("Conflict: Resolver/default spec.servers: NodeConfig/a says"
                                + " [\"192.0.2.1\",\"192.0.2.9\"], NodeConfig/b says [\"192.0.2.2\",\"192.0.2.9\"]\n"),
                shown::toString);
    }

    /** The API lists no resource that cannot be read, but the server says of the machine that there is one. */
    @Test
    void saysThatWhatItShowsIsNotInForceWhileANodeConfigCannotBeRead() throws Exception {
        resolver("site", 100, "192.0.2.1");
        var machine = site.store().get(Kinds.MACHINE, "m1").orElseThrow();
        var unreadable = new Condition(
                "Configured", "False", "Unreadable", "the stored NodeConfig rack cannot be read", Instant.EPOCH);
        site.store().replaceStatus(machine.withStatus(machine.status().withConditions(List.of(unreadable))));

        var shown = site.runAs(Role.READER, "machine", "config", "m1");
        var json = new JsonMapper()
                .readTree(site.runAs(Role.READER, "machine", "config", "m1", "-o", "json")
                        .out());

        assertTrue(
                shown.out().contains("Not in force (Unreadable): m1 keeps what it was told last.\n"), shown::toString);
        assertTrue(shown.out().contains("the stored NodeConfig rack cannot be read\n"), shown::toString);
        assertEquals("Unreadable", json.path("held").asString());
    }

    @Test
    void aMachineThatIsNotThereIsNotFound() throws Exception {
        assertEquals(3, site.runAs(Role.READER, "machine", "config", "m9").code());
    }
}
