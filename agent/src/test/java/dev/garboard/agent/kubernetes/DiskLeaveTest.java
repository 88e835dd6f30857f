package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.linux.DiskContent;
import dev.garboard.agent.linux.DiskContent.Kind;
import dev.garboard.agentapi.v1.Disk;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.nodeconfig.StateDisk.Order;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskLeaveTest {

    private static final String OLD = "0b0e1c1e-7f5b-4a39-9c5b-1f6a3c0d5e7a";
    private static final String NEW = "5d0a6f0e-33b1-4b55-8f6a-0a4c7f1d2b3c";

    private static final DiskContent PHOTOGRAPHS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "photographs", NEW);
    private static final DiskContent OURS = new DiskContent(Kind.FILE_SYSTEM, "ext4", "garboard-state", OLD);
    private static final DiskContent OURS_DAMAGED = new DiskContent(Kind.DAMAGED, "ext4", "garboard-state", OLD);

    private static final Disk DISK = Disk.newBuilder()
            .setName("sda")
            .setSerial("S5GX501")
            .setWwid("naa.5000c500a1")
            .build();

    private static final Instant NOW = Instant.parse("2026-12-01T06:00:00Z");
    private static final Order ORDER = new Order(OLD, "S5GX501", "naa.5000c500a1", NOW.plusSeconds(1));

    private static final List<DiskContent> FOREIGN = List.of(
            PHOTOGRAPHS,
            new DiskContent(Kind.UNKNOWN, "", "", ""),
            new DiskContent(Kind.DAMAGED, "ext4", "photographs", NEW),
            new DiskContent(Kind.SEVERAL, "", "", ""),
            new DiskContent(Kind.PARTITION_TABLE, "gpt", "", ""));

    @Test
    void zerosNeedNoLeave() {
        assertEquals(Optional.empty(), refusal(new StateDisk("sda"), new DiskContent(Kind.NOTHING, "", "", "")));
        assertEquals(Optional.empty(), refusal(new StateDisk("sda"), new DiskContent(Kind.ERASED, "", "", OLD)));
    }

    @Test
    void whatIsForeignGoesByAnOrderAlone() {
        for (var content : FOREIGN) {
            assertTrue(refusal(new StateDisk("S5GX501"), content).isPresent());
            assertTrue(refusal(ordered("S5GX501", false, null, ORDER), content).isPresent());
            assertTrue(refusal(ordered("S5GX501", true, NEW, null), content).isPresent());
            assertEquals(Optional.empty(), refusal(ordered("S5GX501", true, null, ORDER), content));
            assertEquals(Optional.empty(), refusal(ordered("naa.5000c500a1", true, null, ORDER), content));
        }
    }

    /** Disks share serial numbers, and one of two may be away. */
    @Test
    void anOrderIsForTheDiskThatItNames() {
        assertEquals(
                Optional.of(
                        "and the order to overwrite is for the disk with the serial number \"S5GX501\" and the WWID"
                                + " \"naa.5000c500b9\", not for this one; set spec.stateDisk.overwrite again if this one is meant"),
                refusal(
                        ordered("S5GX501", true, null, new Order(OLD, "S5GX501", "naa.5000c500b9", ORDER.until())),
                        PHOTOGRAPHS));
        assertTrue(refusal(
                        ordered("naa.5000c500a1", true, null, new Order(OLD, "S5GX999", "", ORDER.until())),
                        PHOTOGRAPHS)
                .isPresent());
        assertEquals(
                Optional.empty(),
                refusal(ordered("S5GX501", true, null, new Order(OLD, "", "", ORDER.until())), PHOTOGRAPHS));
    }

    @Test
    void anOrderEnds() {
        var wanted = ordered("S5GX501", true, null, ORDER);

        assertEquals(
                Optional.of(
                        "and the order to overwrite ended at 2026-12-01T06:00:01Z; set spec.stateDisk.overwrite of the"
                                + " machine again"),
                DiskLeave.refusal(wanted, DISK, PHOTOGRAPHS, false, ORDER.until()));
    }

    @Test
    void anOrderActsOnce() {
        var wanted = ordered("S5GX501", true, null, ORDER);

        assertEquals(
                Optional.of("and the order to overwrite was carried out on this disk before, by making the file system "
                        + OLD
                        + ": it does not act on what came later. Set spec.stateDisk.overwrite of the machine to false"
                        + " and to true again to lose what is there now"),
                DiskLeave.refusal(wanted, DISK, PHOTOGRAPHS, true, NOW));
    }

    /** An order that was once given must not act on what a later accident leaves. */
    @Test
    void aNodesDataGoesOnlyByItsUuidWholeOrDamaged() {
        for (var content : List.of(OURS, OURS_DAMAGED)) {
            assertEquals(
                    Optional.of("with the UUID " + OLD
                            + ": a node's data, which nothing but its UUID gives up. Mend it from a rescue system (e2fsck -b"
                            + " 32768), or set spec.stateDisk.discard of the machine to that UUID to lose it"),
                    refusal(ordered("S5GX501", true, null, ORDER), content));
            assertTrue(refusal(ordered("S5GX501", true, NEW, ORDER), content).isPresent());
            assertEquals(Optional.empty(), refusal(ordered("S5GX501", false, OLD, null), content));
        }
    }

    @Test
    void nothingGoesByAKernelName() {
        assertEquals(
                Optional.of(
                        "and \"sda\" is a name that the kernel may give to another disk at the next start; to lose what is"
                                + " there, name the disk by its WWID \"naa.5000c500a1\" in spec.stateDisk.disk"),
                refusal(ordered("sda", true, null, ORDER), PHOTOGRAPHS));
        assertTrue(refusal(ordered("sda", false, OLD, null), OURS).isPresent());
    }

    private static StateDisk ordered(String name, boolean overwrite, @Nullable String discard, @Nullable Order order) {
        return new StateDisk(name, overwrite, discard, null, order);
    }

    private static Optional<String> refusal(StateDisk wanted, DiskContent content) {
        return DiskLeave.refusal(wanted, DISK, content, false, NOW);
    }
}
