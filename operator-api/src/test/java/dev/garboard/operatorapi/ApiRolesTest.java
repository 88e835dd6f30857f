package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Kinds;
import dev.garboard.trust.Role;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ApiRolesTest {

    @Test
    void isTheTableInTheGuide() {
        var table = Kinds.all().stream()
                .map(kind -> kind.plural() + " "
                        + ApiRoles.verbs(kind).stream()
                                .map(verb -> verb.word() + ":"
                                        + ApiRoles.needed(verb, kind).word())
                                .collect(Collectors.joining(" ")))
                .toList();

        var reads = " get:reader list:reader watch:reader";
        var writes = reads + " create:operator update:operator patch:operator delete:operator";
        assertEquals(
                List.of(
                        "machines" + writes,
                        "images" + reads + " patch:operator",
                        "enrollmentrules" + writes.replace("operator", Role.ADMIN.word()),
                        "subnets" + writes,
                        "leases" + reads,
                        "bootsessions" + reads,
                        "clusters" + writes),
                table);
    }
}
