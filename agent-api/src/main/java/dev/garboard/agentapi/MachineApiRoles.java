package dev.garboard.agentapi;

import dev.garboard.trust.AccessTable;
import dev.garboard.trust.Role;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which role a method needs, from the {@link AccessTable}. A method that is not here is refused to everybody. */
public final class MachineApiRoles {

    /** The machine API, the same on a node and through the server, with the reflection that describes it. */
    public static final Map<String, Role> MACHINE = AccessTable.methods(AccessTable.CALLS);

    /** What accepted nodes say to the server. */
    public static final Map<String, Role> NODE = AccessTable.methods(AccessTable.NODES);

    private MachineApiRoles() {}

    /** Everything that port 7443 of the server answers to callers with a certificate. */
    public static Map<String, Role> ofServer() {
        var roles = new LinkedHashMap<>(MACHINE);
        roles.putAll(NODE);
        return Map.copyOf(roles);
    }
}
