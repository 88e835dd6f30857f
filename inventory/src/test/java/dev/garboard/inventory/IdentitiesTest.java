package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
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
                "fefefefe-fefe-fefe-fefe-fefefefefefe",
                "deadbeef-dead-beef-dead-beefdeadbeef",
                "12345678-1234-5678-1234-567812345678",
                "abcdeabc-deab-cdea-bcde-abcdeabcdeab",
                "01234567-89ab-cdef-0123-456789abcdef",
                "01234567-8901-2345-6789-012345678901",
                "00010203-0405-0607-0809-0a0b0c0d0e0f",
                "03020100-0504-0706-0809-0a0b0c0d0e0f",
                "0f0e0d0c-0b0a-0908-0706-050403020100",
                "00000001-0000-0002-0000-000300000004",
                "{12345678-1234-5678-90AB-CDDEEFAABBCC}",
                "00112233-4455-6677-8899-AABBCCDDEEFF",
                "31393138-3538-5A43-3135-353130323750",
                "not a uuid",
                ""
            })
    void placeholderUuidsAreDropped(String uuid) {
        assertEquals(Optional.empty(), Identities.normalizeUuid(uuid));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "To be filled by O.E.M.",
                "TO BE FILLED BY OEM",
                "To_Be_Filled_By_O.E.M",
                "To be filled",
                " Default string ",
                "Default_String",
                "DefaultString1",
                "0000000",
                "........",
                "",
                " - ",
                "None",
                "NONE NONE",
                "N/A",
                "(null)",
                "123456789",
                "0123456789",
                "9876543210",
                "12345678901234567890",
                "System Serial Number",
                "SystemSerialNumb",
                "Chassis Serial Number",
                "Base Board Serial Number",
                "Unspecified Base Board Serial Number",
                "Not Specified",
                "Not Applicable",
                "<BAD INDEX>",
                "<OUT OF SPEC><OUT OF SPEC>",
                "XXXXXXXXXXXX",
                "xxxx-xxxx",
                "ABCABCABC",
                "S/N",
                "Serial Number:",
                "unknown"
            })
    void placeholderSerialsAreDropped(String serial) {
        assertEquals(Optional.empty(), Identities.normalizeSerial(serial));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                UUID_A,
                UUID_B,
                "00000000-0000-0000-0000-0cc47a6f1e2c",
                "9c6b0076-9cc4-0000-0000-000000000000",
                "0123abcd-89ab-cdef-0123-456789abcdef"
            })
    void aUuidOfOneMachineIsKept(String uuid) {
        assertEquals(Optional.of(uuid), Identities.normalizeUuid(uuid));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "S1",
                "CZ3012ABCD",
                "PF0XYZ12",
                "MXQ12345A",
                "J30AAXK",
                "5CG1234567",
                "Z1234567",
                "NA1234",
                "SN42"
            })
    void aSerialOfOneMachineIsKept(String serial) {
        assertEquals(Optional.of(serial), Identities.normalizeSerial(serial));
    }

    @Test
    void noRandomUuidIsTakenForAFiller() {
        var random = new SplittableRandom(20261201);
        for (int i = 0; i < 100_000; i++) {
            var uuid = new UUID(random.nextLong(), random.nextLong()).toString();

            assertEquals(Optional.of(uuid), Identities.normalizeUuid(uuid));
        }
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
                "m1: it has the same UUID and none of its MAC addresses: a new network card, or another machine with a"
                        + " copied value. If it is m1, add 52:54:00:00:00:02 to its spec.identity.macs",
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
    void aCardThatSeveralMachinesShowIsEvidenceOfNothing() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, null);
        var m2 = machine("m2", List.of(MAC_1, MAC_2), UUID_B, null);

        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_1, UUID_A, null), m1, m2));
        assertEquals(new IdentityMatch.Known(m2), match(seen(MAC_1, UUID_B, null), m1, m2));
        assertEquals(
                new IdentityMatch.Known(m2),
                Identities.match(Identities.seen(List.of(MAC_1, MAC_2), null, null, null), List.of(m1, m2)));
        assertEquals(
                List.of("m1", "m2"), conflict(seen(MAC_1, null, "S9"), m1, m2).machines());
    }

    @Test
    void whoHasTheSharedCardIsNamedAndNobodyElse() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, null);
        var m2 = machine("m2", List.of(MAC_1, MAC_2), null, null);
        var m3 = machine("m3", List.of("52:54:00:00:00:03"), UUID_B, null);

        var told = conflict(seen(MAC_1, null, null), m1, m2, m3);
        assertEquals(List.of("m1", "m2"), told.machines());
        assertEquals(
                "m1 and m2: MAC address 52:54:00:00:00:01 belongs to each of them, and neither UUID nor serial says which it"
                        + " is; delete what is stale",
                told.why());
        // The firmware points at somebody who does not have the card.
        assertEquals(
                List.of("m1", "m2"),
                conflict(seen(MAC_1, UUID_B, null), m1, m2, m3).machines());
    }

    @Test
    void firmwareThatPointsAtTwoMachinesIsAConflict() {
        var m1 = machine("m1", List.of(), UUID_A, null);
        var m2 = machine("m2", List.of(), null, "S2");

        var told = conflict(seen(MAC_1, UUID_A, "S2"), m1, m2);

        assertEquals(List.of("m1", "m2"), told.machines());
        assertTrue(told.why().contains("UUID and serials point at different machines"), told.why());
    }

    @Test
    void aBoardIsKnownByItsSerialToo() {
        var declared = machine("m1", List.of(), null, null);
        var m1 = declared.withSpec(new MachineSpec(
                declared.spec().acceptance(),
                new MachineIdentity(List.of(), null, null, "B-77"),
                null,
                null,
                List.of(),
                List.of(),
                null,
                null));

        assertEquals(
                new IdentityMatch.Known(m1),
                Identities.match(Identities.seen(List.of(MAC_1), null, null, "B-77"), List.of(m1)));
        assertEquals(
                new IdentityMatch.Unknown(),
                Identities.match(Identities.seen(List.of(MAC_1), null, null, "B-78"), List.of(m1)));
        assertEquals(new IdentityMatch.Unknown(), match(seen(MAC_1, null, null), m1));
    }

    /** A board that was replaced has another UUID; a card that moved has another machine around it, which has both. */
    @Test
    void oneContradictionDoesNotOutweighAMacAddress() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, "S1");
        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_1, UUID_B, "S1"), m1));
        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_1, UUID_A, "S2"), m1));

        // What is not known contradicts nothing.
        var withoutUuid = machine("m1", List.of(MAC_1), null, "S1");
        assertEquals(new IdentityMatch.Known(withoutUuid), match(seen(MAC_1, UUID_B, "S2"), withoutUuid));
        var withoutSerial = machine("m1", List.of(MAC_1), UUID_A, null);
        assertEquals(new IdentityMatch.Known(withoutSerial), match(seen(MAC_1, UUID_B, "S2"), withoutSerial));
    }

    @Test
    void twoFirmwareValuesOfOneMachineOutweighANewCard() {
        var m1 = machine("m1", List.of(MAC_1), UUID_A, "S1");

        assertEquals(new IdentityMatch.Known(m1), match(seen(MAC_2, UUID_A, "S1"), m1));
        assertEquals(List.of("m1"), conflict(seen(MAC_2, UUID_A, "S2"), m1).machines());
        assertEquals(
                new IdentityMatch.Known(m1),
                Identities.match(Identities.seen(List.of(), UUID_A, null, null), List.of(m1)));
    }

    @Test
    void fusingAddsWhatWasNotKnownAndKeepsWhatWas() {
        var known = Identities.seen(List.of(MAC_1), UUID_A, null, null);

        var fused = Identities.fuse(known, Identities.seen(List.of(MAC_2, MAC_1), UUID_B, "S1", "Default string"));

        assertEquals(new MachineIdentity(List.of(MAC_1, MAC_2), UUID_A, "S1", null), fused);
        assertEquals(
                new MachineIdentity(List.of(), null, "S1", "B-77"),
                Identities.fuse(
                        new MachineIdentity(List.of(), null, "S1", "B-77"),
                        new MachineIdentity(List.of(), null, "S2", "B-78")));
        assertEquals(
                "B-78",
                Identities.fuse(MachineIdentity.none(), new MachineIdentity(List.of(), null, null, "B-78"))
                        .boardSerial());
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
