package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.trust.AccessTable;
import dev.garboard.trust.GuardedChange;
import dev.garboard.trust.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ApiRolesTest {

    @Test
    void theGuidePrintsTheTable() throws Exception {
        var guide = Files.readString(Path.of("../docs/operator-api.md"));

        var table = AccessTable.markdown(AccessTable.RESOURCES);
        assertTrue(guide.contains(table), () -> "docs/operator-api.md should have this table:\n" + table);
        var changes = GuardedChange.markdown();
        assertTrue(guide.contains(changes), () -> "docs/operator-api.md should have this table:\n" + changes);
    }

    @Test
    void everyLineIsAboutAKindAndItsVerbs() {
        var kinds = Kinds.all().stream().map(Kind::plural).collect(Collectors.toSet());
        var verbs = Arrays.stream(Verb.values()).map(Verb::word).collect(Collectors.toSet());

        assertEquals(
                kinds,
                AccessTable.RESOURCES.stream().map(AccessTable.Line::subject).collect(Collectors.toSet()));
        for (var line : AccessTable.RESOURCES) {
            assertTrue(verbs.containsAll(line.actions()), line::toString);
        }
    }

    @Test
    void whatGarboardWritesItselfIsReadOnly() {
        for (var kind : Kinds.all()) {
            var writes = ApiRoles.verbs(kind).stream().filter(Verb::isWrite).toList();
            assertEquals(kind.readOnly(), writes.isEmpty(), kind::plural);
        }
    }

    @Test
    void readersReadEverythingAndWriteNothing() {
        for (var kind : Kinds.all()) {
            for (var verb : ApiRoles.verbs(kind)) {
                // Everybody may replace the own certificate by another of its kind.
                assertEquals(
                        !verb.isWrite() || kind.equals(Kinds.OPERATOR_CERTIFICATE),
                        Role.READER.permits(ApiRoles.needed(verb, kind)),
                        () -> verb.word() + " " + kind.plural());
            }
        }
    }

    @Test
    void enrollmentRulesAndTheLifeOfAClusterAreAdmins() {
        var admins = Kinds.all().stream()
                .flatMap(kind -> ApiRoles.verbs(kind).stream()
                        .filter(verb -> ApiRoles.needed(verb, kind) == Role.ADMIN)
                        .map(verb -> verb.word() + " " + kind.plural()))
                .collect(Collectors.toSet());

        assertTrue(
                admins.containsAll(List.of(
                        "create enrollmentrules",
                        "update enrollmentrules",
                        "patch enrollmentrules",
                        "delete enrollmentrules",
                        "create clusters",
                        "delete clusters")),
                admins::toString);
        assertEquals(
                Set.of(),
                Set.copyOf(admins.stream()
                        .filter(what -> what.endsWith(" subnets"))
                        .toList()));
    }

    @Test
    void verbsAreNamedAsDiscoveryNamesThemAndWritesAreTold() {
        assertEquals(
                List.of("get", "list", "watch", "create", "update", "patch", "delete"),
                Arrays.stream(Verb.values()).map(Verb::word).toList());
        assertEquals(
                List.of(Verb.CREATE, Verb.REPLACE, Verb.PATCH, Verb.DELETE),
                Arrays.stream(Verb.values()).filter(Verb::isWrite).toList());
    }

    @Test
    void whatIsInNoLineOfTheTableIsOpenToNobody() {
        var missing = assertThrows(IllegalArgumentException.class, () -> ApiRoles.needed(Verb.DELETE, Kinds.LEASE));

        assertEquals("leases have no delete", missing.getMessage());
        assertEquals(List.of(Verb.GET, Verb.LIST, Verb.WATCH), ApiRoles.verbs(Kinds.LEASE));
    }

    @Test
    void whatIsWrittenElsewhereIsNotWrittenHere() {
        assertTrue(ApiRoles.isWrittenHere(Kinds.MACHINE));
        assertFalse(ApiRoles.isWrittenHere(Kinds.LEASE));
        assertFalse(ApiRoles.isWrittenHere(Kinds.IMAGE));
        assertFalse(ApiRoles.isWrittenHere(Kinds.OPERATOR_CERTIFICATE));
    }
}
