package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse;
import dev.garboard.agentapi.v1.EtcdRestoreStatusResponse.Phase;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A control plane that booted over the network and keeps etcd's data on a disk loses its power in each phase of a restore. What it noted lies on that
 * disk, which is mounted only after the agent has started. An emulated control plane takes minutes to answer, hence {@code long}. The tests follow each
 * other.
 */
@Tag("long")
@TestMethodOrder(OrderAnnotation.class)
class RestorePowerCutIT {

    @RegisterExtension
    static final LabFixture lab = new LabFixture();

    private static final Duration CLUSTER = Duration.ofMinutes(45);
    private static final Duration BACK = Duration.ofMinutes(20);

    private static final String ETCD = "/lib/etcd";
    private static final VirtualMachine machine = new VirtualMachine(lab, "m1");

    private static ClusterClient cluster = new ClusterClient(Path.of("kubectl"), Path.of("kubeconfig"));
    private static RestoreProbe restore;

    @BeforeAll
    static void aClusterWhoseStateIsSavedAndChanged() throws IOException {
        Requirements.root();
        Requirements.program("debugfs", "e2fsprogs");
        cluster = ClusterClient.of(lab, "1.37.2");
        // First of all, since `lab cluster` gives machines five minutes to boot, whatever it is told.
        lab.up("--nodes", "vm", "--machines", "1", "--disk", "8", "--memory", "3072", "--timeout", "840");
        var command = lab.clusterCommand(
                "--nodes",
                "vm",
                "--control-planes",
                "1",
                "--workers",
                "0",
                "--disk",
                "8",
                "--memory",
                "3072",
                "--timeout",
                "2400");
        lab.run(command, CLUSTER).succeeded();
        restore = RestoreProbe.of(lab, machine.name());
        cluster.run("create", "configmap", "old", "--from-literal=state=saved").succeeded();
        Files.deleteIfExists(snapshot());
        lab.cli("cluster", "etcd", "snapshot", "lab", snapshot().toString()).succeeded();
        change();
    }

    @AfterAll
    static void hangUp() {
        if (restore != null) {
            restore.close();
        }
    }

    /** The snapshot lies there and nothing was stopped: etcd goes on with what it has, and the restore can, too. */
    @Test
    @Order(1)
    void preparedItGoesOnAsItWas() throws Exception {
        restore.bring(snapshot(), "first");
        assertEquals(Phase.PREPARED, restore.status().getPhase());

        VirtualMachine.pull(machine.plug());

        assertEquals("PREPARED first", noted());
        lab.power("on", "m1");
        var back = restore.await("it serves again", BACK, RestorePowerCutIT::serves);
        assertEquals(Phase.PREPARED, back.getPhase());
        assertEquals("first", back.getToken());
        assertEquals("lost", state("later"));
    }

    /** Whoever was to stop does, and stays so: the others may have replaced their data already. */
    @Test
    @Order(2)
    void whileItStopsItHoldsAndSaysHowToGoOn() throws Exception {
        var plug = machine.plug();
        assertEquals(Phase.STOPPING, restore.step("first", Step.STOP).getPhase());

        VirtualMachine.pull(plug);

        assertEquals("STOPPING first", noted());
        lab.power("on", "m1");
        assertHolds();
    }

    @Test
    @Order(3)
    void onceStoppedItStaysSo() throws Exception {
        VirtualMachine.pull(machine.plug());

        assertEquals("STOPPED first", noted());
        lab.power("on", "m1");
        assertHolds();
    }

    @Test
    @Order(4)
    void theCommandThatItNamesBringsTheStateBack() {
        lab.run(
                        List.of(
                                LabFixture.root().resolve("garboard").toString(),
                                "cluster",
                                "etcd",
                                "restore",
                                "lab",
                                snapshot().toString(),
                                "--yes"),
                        BACK)
                .succeeded();

        assertRestored();
        change();
    }

    /** Past the last way back it needs nobody. The power goes once more as soon as the data is replaced, before etcd votes. */
    @Test
    @Order(5)
    void whileItReplacesItsDataItGoesForwardByItself() throws Exception {
        restore.bring(snapshot(), "second");
        restore.step("second", Step.STOP);
        restore.await("it has stopped", BACK, status -> status.getPhase() == Phase.STOPPED);
        var plug = machine.plug();
        machine.slowDisk(1);
        assertEquals(Phase.REPLACING, restore.step("second", Step.REPLACE).getPhase());

        VirtualMachine.pull(plug);

        assertEquals("REPLACING second", noted());
        assertFalse(machine.onDisk(ETCD + "/restored").equals("second"));
        lab.power("on", "m1");
        plug = machine.plug();
        var replaced = restore.await(
                "the data is replaced",
                BACK,
                status -> status.getRestoredToken().equals("second"));
        VirtualMachine.pull(plug);

        assertEquals(Phase.NONE, replaced.getPhase());
        assertEquals("", noted());
        assertEquals("second", machine.onDisk(ETCD + "/restored"));
        // What it had before goes when it votes.
        assertTrue(
                machine.listedOnDisk(ETCD).contains("replaced"),
                () -> machine.listedOnDisk(ETCD).toString());
        lab.power("on", "m1");
        restore.await("it serves again", BACK, RestorePowerCutIT::serves);
        assertRestored();
    }

    /** No etcd runs, whoever looks is told how to go on, and the node knows of which restore. */
    private static void assertHolds() {
        var held = restore.await("it has stopped", BACK, status -> status.getPhase() == Phase.STOPPED);
        assertEquals("first", held.getToken());
        assertFalse(held.getVotes());
        LabFixture.await("the cluster's status says how to go on", () -> {
            var status = lab.cli("cluster", "status", "lab").out();
            return status.contains("for the restore first of a snapshot")
                    && status.contains("run it again: garboard cluster etcd restore");
        });
    }

    private static void assertRestored() {
        assertEquals("saved", state("old"));
        var later = cluster.run("get", "configmap", "later");
        assertTrue(later.exitCode() != 0 && later.err().contains("NotFound"), later::toString);
    }

    private static boolean serves(EtcdRestoreStatusResponse status) {
        return status.getVotes() && status.getApiReady();
    }

    private static void change() {
        cluster.run("delete", "configmap", "old").succeeded();
        cluster.run("create", "configmap", "later", "--from-literal=state=lost").succeeded();
    }

    private static String state(String configMap) {
        return cluster.run("get", "configmap", configMap, "-o", "jsonpath={.data.state}")
                .succeeded()
                .out();
    }

    /** What the disk of the machine, which is off, says of a restore that is under way. */
    private static String noted() {
        return machine.onDisk(ETCD + "/restore/state");
    }

    private static Path snapshot() {
        return lab.directory().resolve("power-cut.db");
    }
}
