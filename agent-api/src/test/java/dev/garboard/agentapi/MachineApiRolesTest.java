package dev.garboard.agentapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agentapi.v1.ContainerServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.trust.AccessTable;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import dev.garboard.trust.TrustException;
import io.grpc.MethodDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MachineApiRolesTest {

    @Test
    void everyMethodOfTheMachineApiHasARole() {
        for (var service : List.of(
                MachineServiceGrpc.getServiceDescriptor(),
                KubernetesServiceGrpc.getServiceDescriptor(),
                ContainerServiceGrpc.getServiceDescriptor())) {
            for (var method : service.getMethods()) {
                assertTrue(
                        MachineApiRoles.MACHINE.containsKey(method.getFullMethodName()),
                        () -> method.getFullMethodName() + " has no role in MachineApiRoles");
            }
        }
        assertEquals(
                MachineApiRoles.NODE.keySet(),
                Set.copyOf(NodeServiceGrpc.getServiceDescriptor().getMethods().stream()
                        .map(MethodDescriptor::getFullMethodName)
                        .toList()));
    }

    @Test
    void theGuidePrintsTheTable() throws Exception {
        var guide = Files.readString(Path.of("../docs/machine-api.md"));

        for (var lines : List.of(AccessTable.CALLS, AccessTable.NODES)) {
            var table = AccessTable.markdown(lines);
            assertTrue(guide.contains(table), () -> "docs/machine-api.md should have this table:\n" + table);
        }
    }

    @Test
    void theRolesAreThoseThatTheProtoSays() throws Exception {
        var files = Map.of(
                MachineServiceGrpc.SERVICE_NAME,
                "machine.proto",
                KubernetesServiceGrpc.SERVICE_NAME,
                "kubernetes.proto",
                ContainerServiceGrpc.SERVICE_NAME,
                "containers.proto");
        var rpc = Pattern.compile("Role: (\\w+)\\.\\n(?:  //[^\\n]*\\n)*  rpc (\\w+)\\(");

        var said = new TreeMap<String, Role>();
        for (var service : files.entrySet()) {
            var proto = Files.readString(
                    Path.of("src/main/proto/garboard/machine/v1").resolve(service.getValue()));
            rpc.matcher(proto)
                    .results()
                    .forEach(found -> said.put(service.getKey() + "/" + found.group(2), Role.ofWord(found.group(1))));
        }

        var table = new TreeMap<>(MachineApiRoles.MACHINE);
        table.keySet().removeIf(method -> method.startsWith("grpc.reflection."));
        assertEquals((Map<String, Role>) table, said);
    }

    @Test
    void aCallerIsReadFromMetadataAsItWasWritten() {
        var caller = new Caller("Zoë; admin", Set.of(Role.OPERATOR));

        assertEquals("Zo%C3%AB%3B+admin;operator", MachineMetadata.onBehalfOf(caller));
        assertEquals(caller, MachineMetadata.readOnBehalfOf("Zo%C3%AB%3B+admin;operator"));
    }

    @Test
    void aNodeCannotBeNamedAsAPerson() {
        assertThrows(TrustException.class, () -> MachineMetadata.readOnBehalfOf("m1;node"));
        assertThrows(TrustException.class, () -> MachineMetadata.readOnBehalfOf("m1;server"));
        assertThrows(TrustException.class, () -> MachineMetadata.readOnBehalfOf("m1"));
        assertThrows(TrustException.class, () -> MachineMetadata.readOnBehalfOf("%zz;reader"));
        assertThrows(TrustException.class, () -> MachineMetadata.onBehalfOf(new Caller("m1", Set.of(Role.NODE))));
    }
}
