package dev.garboard.fleet.cluster;

import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.MachineStatus.DiskOrder;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceMissingException;
import dev.garboard.inventory.ResourceStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an order of {@code spec.stateDisk.overwrite}: for the disk that has the name now, for a day, with the UUID of the file system that it
 * makes. A wish that stood for months, or came back with an older copy of the database, formats nothing: an order is made of an edit, while a
 * server runs, and a wish that is there without one when it starts is taken back.
 */
final class DiskOrders {

    static final Duration VALID = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(DiskOrders.class);

    private final ResourceStore store;
    private final InstantSource clock;

    DiskOrders(ResourceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Before any order is made: takes back what is wished without an order. Whoever wished it did so before this server started, or not of the
     * database that it finds; a day cannot be counted from either.
     */
    void takeBackUnordered() {
        for (var machine : store.list(Kinds.MACHINE).items()) {
            if (withoutUnordered(machine).equals(machine)) {
                continue;
            }
            try {
                store.update(Kinds.MACHINE, machine.name(), DiskOrders::withoutUnordered);
                log.atWarn()
                        .addKeyValue("machine", machine.name())
                        .log("overwrite was set without an order when the server started, and is taken back; set it"
                                + " again if it is still meant");
            } catch (ResourceMissingException deleted) {
                // Whoever deleted it meanwhile is right.
            } catch (InvalidResourceException unwritable) {
                // Then no order can be written either.
                log.atError()
                        .addKeyValue("machine", machine.name())
                        .setCause(unwritable)
                        .log("overwrite is not taken back");
            }
        }
    }

    /** The same machine when there is an order for what it wishes. */
    static Resource<MachineSpec, MachineStatus> withoutUnordered(Resource<MachineSpec, MachineStatus> machine) {
        var disk = machine.spec().stateDisk();
        var order = machine.status().diskOrder();
        if (disk == null || !disk.overwrite() || (order != null && order.disk().equals(disk.disk()))) {
            return machine;
        }
        return machine.withSpec(machine.spec().withStateDisk(disk.withoutOverwrite()))
                .withStatus(machine.status().withDiskOrder(null));
    }

    /** Whether the machine has the order that it needs, and no other. */
    boolean isSettled(Resource<MachineSpec, MachineStatus> machine) {
        return settled(machine, now(), "").equals(machine);
    }

    /** As {@link #settle}; where the store cannot be written, whoever tells the machine does it. */
    void note(Resource<MachineSpec, MachineStatus> machine) {
        try {
            settle(machine);
        } catch (RuntimeException failed) {
            log.atWarn().addKeyValue("machine", machine.name()).setCause(failed).log("no order to overwrite a disk");
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The machine with the order that it needs, which is stored before anybody is told of it. */
    Resource<MachineSpec, MachineStatus> settle(Resource<MachineSpec, MachineStatus> machine) {
        if (isSettled(machine)) {
            return machine;
        }
        var now = now();
        var fresh = UUID.randomUUID().toString();
        try {
            var stored = store.update(Kinds.MACHINE, machine.name(), found -> settled(found, now, fresh));
            log.atInfo()
                    .addKeyValue("machine", machine.name())
                    .addKeyValue("order", String.valueOf(stored.status().diskOrder()))
                    .log("order to overwrite a disk");
            return stored;
        } catch (ResourceMissingException deleted) {
            return machine;
        }
    }

    /**
     * The same machine when its order is as it should be.
     *
     * @param fresh a UUID that nothing has yet
     */
    static Resource<MachineSpec, MachineStatus> settled(
            Resource<MachineSpec, MachineStatus> machine, Instant now, String fresh) {
        var disk = machine.spec().stateDisk();
        var order = machine.status().diskOrder();
        if (disk == null || !disk.overwrite()) {
            return order == null ? machine : machine.withStatus(machine.status().withDiskOrder(null));
        }
        if (order == null || !order.disk().equals(disk.disk())) {
            var made = make(disk.disk(), machine.status().facts(), now.plus(VALID), fresh);
            return order == null && made == null
                    ? machine
                    : machine.withStatus(machine.status().withDiskOrder(made));
        }
        return now.isBefore(order.until())
                ? machine
                : machine.withSpec(machine.spec().withStateDisk(disk.withoutOverwrite()))
                        .withStatus(machine.status().withDiskOrder(null));
    }

    /** Null when it would be for several disks. */
    private static @Nullable DiskOrder make(String name, Map<String, Object> facts, Instant until, String fresh) {
        var found = named(name, facts);
        return switch (found.size()) {
            case 0 -> new DiskOrder(name, null, null, fresh, until);
            case 1 ->
                new DiskOrder(name, text(found.getFirst(), "serial"), text(found.getFirst(), "wwid"), fresh, until);
            default -> null;
        };
    }

    private static List<Map<?, ?>> named(String name, Map<String, Object> facts) {
        var found = new ArrayList<Map<?, ?>>();
        if (facts.get("disks") instanceof List<?> disks) {
            for (var disk : disks) {
                if (disk instanceof Map<?, ?> one && (name.equals(one.get("serial")) || name.equals(one.get("wwid")))) {
                    found.add(one);
                }
            }
        }
        return found;
    }

    private static @Nullable String text(Map<?, ?> disk, String field) {
        return disk.get(field) instanceof String text ? text : null;
    }
}
