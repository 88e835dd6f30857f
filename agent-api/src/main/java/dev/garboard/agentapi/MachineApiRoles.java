package dev.garboard.agentapi;

import dev.garboard.agentapi.v1.ContainerServiceGrpc;
import dev.garboard.agentapi.v1.KubernetesServiceGrpc;
import dev.garboard.agentapi.v1.MachineServiceGrpc;
import dev.garboard.agentapi.v1.NodeServiceGrpc;
import dev.garboard.trust.Role;
import java.util.LinkedHashMap;
import java.util.Map;

/** The one place that says which role a method needs. A method that is not here is refused to everybody. */
public final class MachineApiRoles {

    /** The machine API, the same on a node and through the server, with the reflection that describes it. */
    public static final Map<String, Role> MACHINE = Map.ofEntries(
            Map.entry(MachineServiceGrpc.getVersionMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getHardwareMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getServiceListMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getLogsMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getServiceRestartMethod().getFullMethodName(), Role.OPERATOR),
            Map.entry(MachineServiceGrpc.getDmesgMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getInterfacesMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getResolveMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getTimeMethod().getFullMethodName(), Role.READER),
            Map.entry(MachineServiceGrpc.getRebootMethod().getFullMethodName(), Role.OPERATOR),
            Map.entry(MachineServiceGrpc.getShutdownMethod().getFullMethodName(), Role.OPERATOR),
            Map.entry(KubernetesServiceGrpc.getKubeconfigMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getKubernetesStatusMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getEtcdMembersMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getEtcdStatusMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getEtcdSnapshotMethod().getFullMethodName(), Role.ADMIN),
            Map.entry(KubernetesServiceGrpc.getEtcdRemoveMemberMethod().getFullMethodName(), Role.ADMIN),
            Map.entry(KubernetesServiceGrpc.getEtcdDefragmentMethod().getFullMethodName(), Role.OPERATOR),
            Map.entry(KubernetesServiceGrpc.getEtcdAlarmsMethod().getFullMethodName(), Role.OPERATOR),
            Map.entry(ContainerServiceGrpc.getContainersMethod().getFullMethodName(), Role.READER),
            Map.entry(ContainerServiceGrpc.getImagesMethod().getFullMethodName(), Role.READER),
            Map.entry(ContainerServiceGrpc.getContainerLogsMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getKubernetesUpgradeMethod().getFullMethodName(), Role.READER),
            Map.entry(KubernetesServiceGrpc.getEtcdRestoreMethod().getFullMethodName(), Role.ADMIN),
            Map.entry(KubernetesServiceGrpc.getEtcdRestoreStepMethod().getFullMethodName(), Role.ADMIN),
            Map.entry(KubernetesServiceGrpc.getEtcdRestoreStatusMethod().getFullMethodName(), Role.READER),
            Map.entry("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Role.READER),
            Map.entry("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Role.READER));

    /** What accepted nodes say to the server. */
    public static final Map<String, Role> NODE = Map.of(
            NodeServiceGrpc.getRenewCertificateMethod().getFullMethodName(), Role.NODE,
            NodeServiceGrpc.getConnectMethod().getFullMethodName(), Role.NODE);

    private MachineApiRoles() {}

    /** Everything that port 7443 of the server answers to callers with a certificate. */
    public static Map<String, Role> ofServer() {
        var roles = new LinkedHashMap<>(MACHINE);
        roles.putAll(NODE);
        return Map.copyOf(roles);
    }
}
