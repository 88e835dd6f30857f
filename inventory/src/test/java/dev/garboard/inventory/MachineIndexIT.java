package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineIndexIT {

    @TempDir
    Path directory;

    @Test
    void itKnowsWhatWasThereAndFollowsWhatChanges() throws Exception {
        try (var inventory = Inventory.open(directory.resolve("db").toString())) {
            var store = inventory.store();
            store.create(IdentitiesTest.machine("m1", List.of(IdentitiesTest.MAC_1), IdentitiesTest.UUID_A, null));
            try (var index = new MachineIndex(store)) {
                var seen = IdentitiesTest.seen(IdentitiesTest.MAC_2, null, null);
                assertEquals("m1", known(index.match(IdentitiesTest.seen(IdentitiesTest.MAC_1, null, null))));
                assertEquals(new IdentityMatch.Unknown(), index.match(seen));

                store.update(
                        Kinds.MACHINE,
                        "m1",
                        machine -> machine.withStatus(Samples.fullMachine().status()));
                store.create(IdentitiesTest.machine("m2", List.of(IdentitiesTest.MAC_2), null, null));
                await(() -> index.match(seen) instanceof IdentityMatch.Known);
                assertEquals("m2", known(index.match(seen)));
                assertEquals(2, index.all().size());

                store.delete(Kinds.MACHINE, "m2", 0);
                await(() -> index.match(seen) instanceof IdentityMatch.Unknown);
            }
        }
    }

    @Test
    void aUuidIsFoundInItsOtherByteOrder() {
        try (var inventory = Inventory.open(directory.resolve("db").toString())) {
            inventory.store().create(IdentitiesTest.machine("m1", List.of(), IdentitiesTest.UUID_A, null));
            try (var index = new MachineIndex(inventory.store())) {
                assertEquals(
                        "m1",
                        known(index.match(
                                IdentitiesTest.seen(IdentitiesTest.MAC_2, IdentitiesTest.UUID_A_SWAPPED, null))));
            }
        }
    }

    @Test
    void aMachineThatCannotBeReadIsFoundByWhatItsTextTells() {
        try (var inventory = Inventory.open(directory.resolve("db").toString())) {
            var store = inventory.store();
            store.create(IdentitiesTest.machine(
                    "m1", List.of(IdentitiesTest.MAC_1), IdentitiesTest.UUID_A, "A \"quoted\" serial"));
            // Cut off, as a full disk leaves it.
            inventory
                    .database()
                    .<Integer>read(
                            handle -> handle.execute("UPDATE resource SET body = SUBSTR(body, 1, LENGTH(body) - 1)"));
            try (var index = new MachineIndex(store)) {
                assertEquals(Set.of("m1"), index.unreadable().keySet());
                assertEquals(
                        Optional.of("m1"), index.unreadable(IdentitiesTest.seen(IdentitiesTest.MAC_1, null, null)));
                assertEquals(
                        Optional.of("m1"),
                        index.unreadable(
                                IdentitiesTest.seen(IdentitiesTest.MAC_2, IdentitiesTest.UUID_A_SWAPPED, null)));
                assertEquals(
                        Optional.of("m1"),
                        index.unreadable(IdentitiesTest.seen(IdentitiesTest.MAC_2, null, "A \"quoted\" serial")));
                assertEquals(Optional.empty(), index.unreadable(IdentitiesTest.seen(IdentitiesTest.MAC_2, null, "A")));
            }
        }
    }

    /** Whoever is told of several machines is told in an order that a person can follow, and that does not change. */
    @Test
    void machinesComeInTheOrderOfTheirNames() {
        try (var inventory = Inventory.open(directory.resolve("garboard.db").toString())) {
            var names = List.of("alpha", "beta", "gamma", "m1", "m10", "m2", "node-a7", "zeta");
            names.reversed().forEach(name -> inventory.store().create(Samples.machine(name)));
            try (var index = new MachineIndex(inventory.store())) {
                assertEquals(names, index.all().stream().map(Resource::name).toList());
            }
        }
    }

    private static String known(IdentityMatch match) {
        return ((IdentityMatch.Known) match).machine().name();
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertTrue(condition.getAsBoolean());
    }
}
