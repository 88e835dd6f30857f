package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.kubernetes.document.NodeDocuments;
import dev.garboard.nodeconfig.StateDisk;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of wishes to format a disk, over a real database. */
class DiskWishesIT {

    private static final String LOST = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final MachineSpec.StateDisk WISH = new MachineSpec.StateDisk("S5GX501", true, LOST);

    @TempDir
    Path directory;

    private Inventory inventory;

    @BeforeEach
    void open() {
        inventory = Inventory.open(directory.resolve("garboard.db").toString());
        inventory
                .store()
                .create(new Resource<>(
                        Kinds.MACHINE, ObjectMeta.named("m1"), MachineSpec.undecided(), MachineStatus.unseen()));
    }

    @AfterEach
    void close() {
        inventory.close();
    }

    private Clusters start() {
        return new FakeKubernetes().clusters(inventory, directory.resolve("cluster.key"));
    }

    private void wish(MachineSpec.StateDisk disk) {
        inventory
                .store()
                .update(
                        Kinds.MACHINE,
                        "m1",
                        found -> found.withSpec(found.spec().withStateDisk(disk)));
    }

    private Resource<MachineSpec, MachineStatus> machine() {
        return inventory.store().get(Kinds.MACHINE, "m1").orElseThrow();
    }

    /** The disk broke and was replaced: else the machine waits for a disk that never comes back, and keeps its order for ever. */
    @Test
    void aMachineThatIsToLeaveIsToldWhatSomebodyGivesUpOfItsDisk() {
        try (var clusters = start()) {
            wish(WISH);
            var order = inventory.orders().leave("m1", "lab", "lab-01234567", "0".repeat(64));

            var told = clusters.desired().of("m1").orElseThrow();

            var disk = NodeDocuments.READER.parse(
                    "StateDisk/default", told.documents().getFirst().content());
            var made = Objects.requireNonNull(machine().status().diskOrder());
            assertEquals(
                    new StateDisk(
                            "S5GX501", true, LOST, null, new StateDisk.Order(made.fileSystem(), "", "", made.until())),
                    disk);
            assertEquals(order.id(), told.orders().getFirst().id());
        }
    }

    @Test
    void aMachineThatIsToLeaveFormatsNothingThatNobodyGaveUp() {
        try (var clusters = start()) {
            wish(new MachineSpec.StateDisk("S5GX501", false));
            inventory.orders().leave("m1", "lab", "lab-01234567", "0".repeat(64));

            var told = clusters.desired().of("m1").orElseThrow();

            assertEquals(
                    new StateDisk("S5GX501"),
                    NodeDocuments.READER.parse(
                            "StateDisk/default", told.documents().getFirst().content()));
        }
    }

    /** As in a copy of the database that was made between a wish and its order, or by a version that made none. */
    @Test
    void aWishThatIsStoredWithoutAnOrderWhenTheServerStartsIsTakenBack() {
        wish(WISH);

        try (var clusters = start()) {
            assertEquals(
                    new MachineSpec.StateDisk("S5GX501", false, LOST),
                    machine().spec().stateDisk());
            var _ = clusters.desired().of("m1");
            assertNull(machine().status().diskOrder());
        }
    }

    @Test
    void anOrderThatWasMadeBeforeTheServerStartsStays() throws Exception {
        try (var _ = start()) {
            wish(WISH);
            for (int i = 0; i < 1000 && machine().status().diskOrder() == null; i++) {
                Thread.sleep(20);
            }
        }
        var order = machine().status().diskOrder();
        assertNotNull(order);

        try (var _ = start()) {
            assertEquals(WISH, machine().spec().stateDisk());
            assertEquals(order, machine().status().diskOrder());
        }
    }
}
