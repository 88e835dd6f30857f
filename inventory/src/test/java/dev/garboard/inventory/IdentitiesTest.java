package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentitiesTest {

    static final String UUID_A = "4c4c4544-0042-3510-8052-b4c04f4d3232";
    static final String UUID_A_SWAPPED = "44454c4c-4200-1035-8052-b4c04f4d3232";
    static final String UUID_B = "11111111-2222-3333-4444-555555555555";
    static final String MAC_1 = "52:54:00:00:00:01";
    static final String MAC_2 = "52:54:00:00:00:02";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000-0000-0000-0000-000000000000",
                "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
                "03000200-0400-0500-0006-000700080009",
                "00020003-0004-0005-0006-000700080009",
                "not a uuid",
                ""
            })
    void placeholderUuidsAreDropped(String uuid) {
        assertEquals(Optional.empty(), Identities.normalizeUuid(uuid));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"To be filled by O.E.M.", " Default string ", "0000000", "........", "", "None", "123456789"})
    void placeholderSerialsAreDropped(String serial) {
        assertEquals(Optional.empty(), Identities.normalizeSerial(serial));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "52:54:00", "zz:54:00:00:00:01"})
    void addressesOfNoCardAreDropped(String mac) {
        assertEquals(Optional.empty(), Identities.normalizeMac(mac));
    }

    @ParameterizedTest
    @ValueSource(strings = {"52:54:00:AB:CD:EF", "52-54-00-ab-cd-ef", "525400abcdef", "5254.00ab.cdef"})
    void macAddressesHaveOneForm(String mac) {
        assertEquals(Optional.of("52:54:00:ab:cd:ef"), Identities.normalizeMac(mac));
    }

    @Test
    void uuidsAreComparedInBothByteOrders() {
        assertTrue(Identities.sameUuid(UUID_A, UUID_A_SWAPPED));
        assertTrue(Identities.sameUuid(UUID_A_SWAPPED, UUID_A));
    }

    @Test
    void aMacAddressIsEnough() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, "S1");

        assertEquals(
                new IdentityMatch.Known(m1),
                match(seen(MAC_1, null, null), m1, machine("m2", List.of(MAC_2), UUID_B, "S2")));
    }

    @Test
    void nothingInCommonIsUnknown() {
        assertEquals(
                new IdentityMatch.Unknown(),
                match(seen(MAC_2, UUID_B, "S2"), machine("m1", List.of(MAC_1), UUID_A, "S1")));
    }

    @Test
    void aMachineDeclaredByItsUuidAloneIsKnownInEitherByteOrder() {
        var m1 = machine("m1", List.of(), UUID_A, null);

        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_1, UUID_A_SWAPPED, null), m1));
    }

    @Test
    void aUuidThatSeveralMachinesCarryIsNoEvidence() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, null);
        var m2 = machine("m2", List.of(MAC_2), UUID_A, null);

        assertEquals(new IdentityMatch.Known(m2), match(seen(MAC_2, UUID_A, null), m1, m2));
        assertEquals(new IdentityMatch.Unknown(), match(seen("52:54:00:00:00:03", UUID_A, null), m1, m2));
    }

    @Test
    void aCopiedUuidWithAnotherCardIsAConflict() {
        var conflict = conflict(seen(MAC_2, UUID_A, null), machine("m1", List.of(MAC_1), UUID_A, null));

        assertEquals(List.of("m1"), conflict.machines());
        assertEquals(
                "m1: it has the same UUID and none of its MAC addresses: a new network card, or another machine with a copied"
                        + " value. If it is m1, add 52:54:00:00:00:02 to its spec.identity.macs",
                conflict.why());
    }

    @Test
    void uuidAndSerialTogetherRecogniseAMachineWithANewCard() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, "S1");

        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_2, UUID_A, "S1"), m1));
    }

    @Test
    void aCardThatMovedToAnotherKnownMachineIsAConflict() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, "S1");
        var m2 = machine("m2", List.of(MAC_2), UUID_B, "S2");

        assertEquals(
                List.of("m1", "m2"), conflict(seen(MAC_1, UUID_B, "S2"), m1, m2).machines());
    }

    @Test
    void aCardThatMovedToAnUnknownMachineIsAConflict() {
        assertEquals(
                List.of("m1"),
                conflict(seen(MAC_1, UUID_B, "S2"), machine("m1", List.of(MAC_1), UUID_A, "S1"))
                        .machines());
    }

    @Test
    void aMacAddressThatTwoMachinesClaimIsAConflict() {
        var conflict = conflict(
                seen(MAC_1, null, null),
                machine("m1", List.of(MAC_1), null, null),
                machine("m2", List.of(MAC_1), null, null));

        assertEquals(List.of("m1", "m2"), conflict.machines());
    }

    @Test
    void fusingAddsWhatWasNotKnownAndKeepsWhatWas() {
        var known = Identities.seen(List.of(MAC_1), UUID_A, null, null);

        var fused = Identities.fuse(known, Identities.seen(List.of(MAC_2, MAC_1), UUID_B, "S1", "Default string"));

        assertEquals(new MachineIdentity(List.of(MAC_1, MAC_2), UUID_A, "S1", null), fused);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static IdentityMatch.Conflict conflict(
            MachineIdentity seen, Resource<MachineSpec, MachineStatus>... machines) {
        return assertInstanceOf(IdentityMatch.Conflict.class, Identities.match(seen, List.of(machines)));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static IdentityMatch match(MachineIdentity seen, Resource<MachineSpec, MachineStatus>... machines) {
        return Identities.match(seen, List.of(machines));
    }

    static MachineIdentity seen(String mac, @Nullable String uuid, @Nullable String serial) {
        return Identities.seen(List.of(mac), uuid, serial, null);
    }

    static Resource<MachineSpec, MachineStatus> machine(
            String name, List<String> macs, @Nullable String uuid, @Nullable String serial) {
        var spec = MachineSpec.undecided();
        return Samples.machine(name)
                .withSpec(new MachineSpec(
                        spec.acceptance(),
                        new MachineIdentity(macs, uuid, serial, null),
                        null,
                        null,
                        List.of(),
                        List.of(),
                        null,
                        null));
    }
}
