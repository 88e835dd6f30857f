package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineSpec.StateDisk;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.MachineStatus.DiskOrder;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.nodeconfig.StateDisk.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskOrdersTest {

    private static final Instant NOW = Instant.parse("2026-12-01T06:00:00Z");
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));
    private static final String FRESH = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final String FORMER = "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c";
    private static final StateDisk WISH = new StateDisk("S5GX501", true);
    private static final DiskOrder ORDER = new DiskOrder("S5GX501", "S5GX501", "naa.5000c500a1", FORMER, TOMORROW);

    private static final Map<String, Object> FACTS = Map.of(
            "disks",
            List.of(
                    Map.of("name", "sda", "serial", "S5GX501", "wwid", "naa.5000c500a1"),
                    Map.of("name", "sdb", "serial", "0001", "wwid", "naa.5000c500a2"),
                    Map.of("name", "sdc", "serial", "0001", "wwid", "naa.5000c500a3"),
                    Map.of("name", "mmcblk0")));

    @Test
    void aWishBecomesAnOrderForTheDiskThatBearsTheNameNow() {
        assertEquals(
                new DiskOrder("S5GX501", "S5GX501", "naa.5000c500a1", FRESH, TOMORROW),
                settled(WISH, null, NOW).status().diskOrder());
        assertEquals(
                new DiskOrder("naa.5000c500a2", "0001", "naa.5000c500a2", FRESH, TOMORROW),
                settled(new StateDisk("naa.5000c500a2", true), null, NOW)
                        .status()
                        .diskOrder());
    }

    @Test
    void aDiskThatTheMachineDidNotHaveYetIsOrderedByItsName() {
        assertEquals(
                new DiskOrder("later", null, null, FRESH, TOMORROW),
                settled(new StateDisk("later", true), null, NOW).status().diskOrder());
    }

    /** Which of the two is there at the next start, nobody knows. */
    @Test
    void aNameOfTwoDisksIsNoOrder() {
        assertNull(settled(new StateDisk("0001", true), null, NOW).status().diskOrder());
        assertNull(settled(new StateDisk("0001", true), ORDER, NOW).status().diskOrder());
    }

    @Test
    void anOrderStaysTheSameWhileItIsWantedAndInTime() {
        var machine = machine(WISH, ORDER);

        assertEquals(machine, DiskOrders.settled(machine, NOW, FRESH));
        assertEquals(machine, DiskOrders.settled(machine, TOMORROW.minusMillis(1), FRESH));
    }

    /** What an older copy of the database brings back is over. */
    @Test
    void anOrderThatIsOverTakesTheWishWithIt() {
        var after = settled(WISH, ORDER, TOMORROW);

        assertEquals(new StateDisk("S5GX501", false), after.spec().stateDisk());
        assertNull(after.status().diskOrder());
    }

    /** Nobody who is there ordered it: it came with the database. */
    @Test
    void aWishThatIsFoundWithoutItsOrderIsNone() {
        for (var found :
                List.of(machine(WISH, null), machine(WISH, new DiskOrder("other", null, null, FORMER, TOMORROW)))) {
            var after = DiskOrders.withoutUnordered(found);

            assertEquals(new StateDisk("S5GX501", false), after.spec().stateDisk());
            assertNull(after.status().diskOrder());
        }
        for (var machine :
                List.of(machine(WISH, ORDER), machine(new StateDisk("S5GX501", false), null), machine(null, null))) {
            assertEquals(machine, DiskOrders.withoutUnordered(machine));
        }
    }

    @Test
    void anOrderThatNobodyWantsAnyMoreGoes() {
        assertNull(settled(new StateDisk("S5GX501", false), ORDER, NOW).status().diskOrder());
        assertNull(settled(null, ORDER, NOW).status().diskOrder());
        var without = machine(new StateDisk("S5GX501", false), null);
        assertEquals(without, DiskOrders.settled(without, NOW, FRESH));
    }

    @Test
    void anotherDiskIsAnotherOrder() {
        var made = settled(new StateDisk("naa.5000c500a2", true), ORDER, NOW)
                .status()
                .diskOrder();

        assertEquals(new DiskOrder("naa.5000c500a2", "0001", "naa.5000c500a2", FRESH, TOMORROW), made);
    }

    @Test
    void aNodeIsToldOfTheOrderOnlyForTheDiskThatItNames() {
        var told = DiskDocument.of(machine(WISH, ORDER)).orElseThrow();

        assertEquals(new Order(FORMER, "S5GX501", "naa.5000c500a1", TOMORROW), told.order());
        assertEquals(
                Optional.of(true),
                DiskDocument.of(machine(new StateDisk("S5GX999", true), ORDER)).map(other -> other.order() == null));
        assertEquals(
                Optional.of(true),
                DiskDocument.of(machine(new StateDisk("S5GX501", false), ORDER)).map(other -> other.order() == null));
    }

    private static Resource<MachineSpec, MachineStatus> settled(
            @Nullable StateDisk disk, @Nullable DiskOrder order, Instant now) {
        return DiskOrders.settled(machine(disk, order), now, FRESH);
    }

    private static Resource<MachineSpec, MachineStatus> machine(@Nullable StateDisk disk, @Nullable DiskOrder order) {
        var status = MachineStatus.unseen().edit().facts(FACTS).diskOrder(order).done();
        return new Resource<>(
                Kinds.MACHINE, ObjectMeta.named("m1"), MachineSpec.undecided().withStateDisk(disk), status);
    }
}
