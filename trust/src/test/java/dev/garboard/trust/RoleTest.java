package dev.garboard.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoleTest {

    @Test
    void aPersonsRoleHoldsThoseBelowIt() {
        assertTrue(Role.ADMIN.permits(Role.READER));
        assertTrue(Role.OPERATOR.permits(Role.OPERATOR));
        assertFalse(Role.READER.permits(Role.OPERATOR));
        for (var role : Role.values()) {
            assertTrue(role.permits(role), role::word);
        }
    }

    @Test
    void nodesAndTheServerHoldNoRoleOfPeople() {
        assertFalse(Role.NODE.permits(Role.READER));
        assertFalse(Role.SERVER.permits(Role.READER));
        assertFalse(Role.ADMIN.permits(Role.NODE));
        assertFalse(Role.SERVER.permits(Role.NODE));
    }

    @Test
    void organizationsAreReadAsTheyAreWritten() {
        for (var role : Role.values()) {
            assertEquals(Optional.of(role), Role.ofOrganization(role.organization()));
        }
        assertEquals(Optional.empty(), Role.ofOrganization("garboard:Admin"));
        assertEquals(Optional.empty(), Role.ofOrganization("system:masters"));
    }

    @Test
    void anUnknownWordIsRefusedWithTheWordsThereAre() {
        var refusal = assertThrows(TrustException.class, () -> Role.ofWord("root"));

        assertEquals(
                "there is no role \"root\"; roles are reader, operator, admin, node, server", refusal.getMessage());
    }
}
