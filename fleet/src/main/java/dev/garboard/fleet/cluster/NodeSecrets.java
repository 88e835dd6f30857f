package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterStatus.Role;
import dev.garboard.kubernetes.pki.BootstrapToken;
import dev.garboard.kubernetes.pki.ClusterKeys;
import dev.garboard.kubernetes.pki.ClusterSecrets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which secrets a node gets: control planes all keys, workers nothing that they could sign with. */
final class NodeSecrets {

    private NodeSecrets() {}

    static Map<String, String> of(Role role, ClusterKeys keys, @Nullable BootstrapToken token) {
        var secrets = new HashMap<String, String>();
        switch (role) {
            case CONTROL_PLANE -> secrets.putAll(keys.pem());
            case WORKER ->
                secrets.put(
                        ClusterSecrets.KUBERNETES_CA_CERTIFICATE,
                        keys.kubernetes().certificatePem());
        }
        if (token != null) {
            secrets.put(ClusterSecrets.BOOTSTRAP_TOKEN, token.text());
        }
        return Map.copyOf(secrets);
    }
}
