package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeardMachinesIT {

    private static final Instant STORED = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant HEARD = STORED.plusSeconds(95);

    @Test
    void aMachineWasLastSeenWhenItsStreamWasLastHeard(@TempDir Path directory) {
        try (var inventory = Inventory.open(directory.resolve("garboard.db").toString())) {
            var heard = new HashMap<String, Instant>();
            var store = new HeardMachines(inventory.store(), name -> Optional.ofNullable(heard.get(name)));
            for (var name : new String[] {"connected", "away", "older"}) {
                store.create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named(name),
                        MachineSpec.undecided(),
                        MachineStatus.unseen().withLastSeen(STORED)));
            }
            heard.put("connected", HEARD);
            heard.put("older", STORED.minusSeconds(1));
            long revision = store.revision();

            assertEquals(HEARD, lastSeen(store, "connected"));
            assertEquals(STORED, lastSeen(store, "away"));
            assertEquals(STORED, lastSeen(store, "older"));
            assertEquals(
                    HEARD,
                    store.list(Kinds.MACHINE).items().stream()
                            .filter(machine -> machine.name().equals("connected"))
                            .findFirst()
                            .orElseThrow()
                            .status()
                            .lastSeen());
            assertEquals(revision, store.revision());
        }
    }

    private static @Nullable Instant lastSeen(HeardMachines store, String name) {
        return store.get(Kinds.MACHINE, name).orElseThrow().status().lastSeen();
    }
}
