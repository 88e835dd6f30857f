package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.trust.AccessTable.Line;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTableTest {

    @ParameterizedTest
    @CsvSource({
        "machines, get, READER",
        "machines, delete, OPERATOR",
        "clusters, patch, OPERATOR",
        "clusters, delete, ADMIN",
        "enrollmentrules, create, ADMIN",
        "leases, watch, READER"
    })
    void aVerbOnAKindTakesTheRoleOfItsLine(String plural, String verb, Role role) {
        assertEquals(Optional.of(role), AccessTable.ofResource(plural, verb));
    }

    @ParameterizedTest
    @CsvSource({"leases, delete", "images, delete", "nodes, get", "machines, dance"})
    void whatIsInNoLineIsOpenToNobody(String plural, String verb) {
        assertEquals(Optional.empty(), AccessTable.ofResource(plural, verb));
    }

    @Test
    void everyMethodHasTheRoleOfItsLine() {
        assertEquals(
                Map.of("a.B/Get", Role.READER, "a.B/List", Role.READER, "a.B/Reset", Role.ADMIN),
                AccessTable.methods(List.of(
                        new Line("a.B", List.of("Get", "List"), Role.READER),
                        new Line("a.B", List.of("Reset"), Role.ADMIN))));
        var calls = AccessTable.methods(AccessTable.CALLS);
        assertEquals(Role.ADMIN, calls.get("garboard.machine.v1.MachineService/Reset"));
        assertEquals(Role.OPERATOR, calls.get("garboard.machine.v1.MachineService/Reboot"));
        assertEquals(Role.READER, calls.get("garboard.machine.v1.MachineService/Version"));
        assertEquals(
                Map.of(
                        "garboard.node.v1.NodeService/RenewCertificate", Role.NODE,
                        "garboard.node.v1.NodeService/Connect", Role.NODE),
                AccessTable.methods(AccessTable.NODES));
    }

    @Test
    void guidesPrintALineForEach() {
        assertEquals(
                """
                | what | needs | may |
                | --- | --- | --- |
                | B | reader | Get, List |
                | machines | admin | delete |
                """,
                AccessTable.markdown(List.of(
                        new Line("a.B", List.of("Get", "List"), Role.READER),
                        new Line("machines", List.of("delete"), Role.ADMIN))));
    }
}
