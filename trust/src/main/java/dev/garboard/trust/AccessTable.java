package dev.garboard.trust;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each role may do, on the operator API and on the machine API: the one table that both ask, and that their guides print. What is not
 * in it is open to nobody. {@link GuardedChange} has what needs more than its line says.
 */
public final class AccessTable {

    private static final String MACHINE = "garboard.machine.v1.MachineService";
    private static final String KUBERNETES = "garboard.machine.v1.KubernetesService";
    private static final String CONTAINERS = "garboard.machine.v1.ContainerService";
    private static final String NODE = "garboard.node.v1.NodeService";

    /**
     * One line of the table.
     *
     * @param subject plural of a kind, or full name of a gRPC service
     * @param actions verbs as Kubernetes names them, or methods of the service
     * @param role that is needed; greater ones hold it too
     */
    public record Line(String subject, List<String> actions, Role role) {
        public Line {
            actions = List.copyOf(actions);
        }
    }

    /** The operator API. */
    public static final List<Line> RESOURCES = List.of(
            line("machines", Role.READER, "get", "list", "watch"),
            line("machines", Role.OPERATOR, "create", "update", "patch", "delete"),
            line("images", Role.READER, "get", "list", "watch"),
            line("images", Role.OPERATOR, "patch"),
            line("enrollmentrules", Role.READER, "get", "list", "watch"),
            line("enrollmentrules", Role.ADMIN, "create", "update", "patch", "delete"),
            line("subnets", Role.READER, "get", "list", "watch"),
            line("subnets", Role.OPERATOR, "create", "update", "patch", "delete"),
            line("leases", Role.READER, "get", "list", "watch"),
            line("bootsessions", Role.READER, "get", "list", "watch"),
            line("clusters", Role.READER, "get", "list", "watch"),
            line("clusters", Role.OPERATOR, "update", "patch"),
            line("clusters", Role.ADMIN, "create", "delete"),
            line("nodeconfigs", Role.READER, "get", "list", "watch"),
            line("nodeconfigs", Role.OPERATOR, "create", "update", "patch", "delete"),
            line("operatorcertificates", Role.READER, "get", "list", "watch", "create", "patch"));

    /** The machine API, the same on a node and through the server, with the reflection that describes it. */
    public static final List<Line> CALLS = List.of(
            line(MACHINE, Role.READER, "Version", "Hardware", "ServiceList", "Logs", "Dmesg", "Interfaces"),
            line(MACHINE, Role.READER, "Resolve", "Time"),
            line(MACHINE, Role.OPERATOR, "ServiceRestart", "Reboot", "Shutdown"),
            line(MACHINE, Role.ADMIN, "Reset"),
            line(KUBERNETES, Role.READER, "Kubeconfig", "KubernetesStatus", "EtcdMembers", "EtcdStatus"),
            line(KUBERNETES, Role.READER, "KubernetesUpgrade", "EtcdRestoreStatus"),
            line(KUBERNETES, Role.OPERATOR, "EtcdDefragment", "EtcdAlarms"),
            line(KUBERNETES, Role.ADMIN, "EtcdSnapshot", "EtcdRemoveMember", "EtcdRestore", "EtcdRestoreStep"),
            line(CONTAINERS, Role.READER, "Containers", "Images", "ContainerLogs"),
            line("grpc.reflection.v1.ServerReflection", Role.READER, "ServerReflectionInfo"),
            line("grpc.reflection.v1alpha.ServerReflection", Role.READER, "ServerReflectionInfo"));

    /** What accepted nodes say to the server. */
    public static final List<Line> NODES = List.of(line(NODE, Role.NODE, "RenewCertificate", "Connect"));

    private AccessTable() {}

    private static Line line(String subject, Role role, String... actions) {
        return new Line(subject, List.of(actions), role);
    }

    /** The role that a verb on a kind needs; empty when it is open to nobody. */
    public static Optional<Role> ofResource(String plural, String verb) {
        return RESOURCES.stream()
                .filter(line -> line.subject().equals(plural) && line.actions().contains(verb))
                .map(Line::role)
                .findFirst();
    }

    /** Full method names of gRPC, each with the role that it needs. */
    public static Map<String, Role> methods(List<Line> lines) {
        var roles = new LinkedHashMap<String, Role>();
        for (var line : lines) {
            line.actions().forEach(method -> roles.put(line.subject() + "/" + method, line.role()));
        }
        return Map.copyOf(roles);
    }

    /** Lines of the table for a guide, in Markdown. */
    public static String markdown(List<Line> lines) {
        var text = new StringBuilder("| what | needs | may |\n| --- | --- | --- |\n");
        lines.forEach(line -> text.append("| %s | %s | %s |\n"
                .formatted(
                        line.subject().substring(line.subject().lastIndexOf('.') + 1),
                        line.role().word(),
                        String.join(", ", line.actions()))));
        return text.toString();
    }
}
