package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.kubernetes.api.KubernetesClient;
import dev.garboard.kubernetes.api.KubernetesException;
import java.util.List;

/** Asks the control plane's programs on this node themselves: what the API says of their pods may be minutes old. */
final class ControlPlaneHealth {

    private ControlPlaneHealth() {}

    static List<KubernetesComponent> of(ApiAccess access) {
        return List.of(
                component(StaticPods.API_SERVER, access, access.document().apiServerPort(), "/readyz"),
                component(StaticPods.CONTROLLER_MANAGER, access, StaticPods.CONTROLLER_MANAGER_PORT, "/healthz"),
                component(StaticPods.SCHEDULER, access, StaticPods.SCHEDULER_PORT, "/healthz"));
    }

    private static KubernetesComponent component(String name, ApiAccess access, int port, String path) {
        try (var client = access.client(port)) {
            KubernetesClient.Health health = client.health(path);
            var component = KubernetesComponent.newBuilder().setName(name).setHealthy(health.ok());
            if (!health.ok()) {
                return component.setMessage(health.failed()).build();
            }
            return (name.equals(StaticPods.API_SERVER) ? component.setVersion(client.version()) : component).build();
        } catch (KubernetesException silent) {
            return KubernetesComponent.newBuilder()
                    .setName(name)
                    .setMessage(String.valueOf(silent.getMessage()))
                    .build();
        }
    }
}
