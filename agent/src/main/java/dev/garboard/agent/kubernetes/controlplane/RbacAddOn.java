package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.trust.Role;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Who may do what beyond Kubernetes' own roles: how nodes join and renew, and what Garboard's roles may. */
final class RbacAddOn {

    private static final String BINDING = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRoleBinding",
          "metadata": {"name": "${name}"},
          "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "${role}"},
          "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "${group}"}]
        }
        """;

    /** What the built-in role {@code view} leaves out because it is in no namespace. */
    private static final String READER = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRole",
          "metadata": {"name": "garboard:cluster-reader"},
          "rules": [
            {
              "apiGroups": [""],
              "resources": ["nodes", "namespaces", "persistentvolumes"],
              "verbs": ["get", "list", "watch"]
            },
            {
              "apiGroups": ["certificates.k8s.io"],
              "resources": ["certificatesigningrequests"],
              "verbs": ["get", "list", "watch"]
            },
            {"nonResourceURLs": ["/livez", "/readyz", "/healthz", "/version"], "verbs": ["get"]}
          ]
        }
        """;

    /** What an operator does with nodes: cordon and drain. */
    private static final String OPERATOR = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRole",
          "metadata": {"name": "garboard:node-operator"},
          "rules": [
            {"apiGroups": [""], "resources": ["nodes"], "verbs": ["patch", "update"]},
            {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]}
          ]
        }
        """;

    private RbacAddOn() {}

    static List<ObjectNode> objects() {
        return List.of(
                Manifest.of(READER),
                Manifest.of(OPERATOR),
                // Who may ask. The answer is the boot server's: it knows which machine each token was made for, and
                // Kubernetes does not.
                binding("garboard:join", "system:node-bootstrapper", "system:bootstrappers"),
                binding(
                        "garboard:approve-renewal",
                        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
                        "system:nodes"),
                binding("garboard:kubelet-api", "system:kubelet-api-admin", "system:kubelet-api-admins"),
                binding("garboard:admin", "cluster-admin", Role.ADMIN.organization()),
                binding("garboard:operator", "edit", Role.OPERATOR.organization()),
                binding("garboard:operator-reads", "garboard:cluster-reader", Role.OPERATOR.organization()),
                binding("garboard:operator-nodes", "garboard:node-operator", Role.OPERATOR.organization()),
                binding("garboard:reader", "view", Role.READER.organization()),
                binding("garboard:reader-reads", "garboard:cluster-reader", Role.READER.organization()));
    }

    private static ObjectNode binding(String name, String role, String group) {
        return Manifest.of(BINDING, Map.of("name", name, "role", role, "group", group));
    }
}
