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

    /**
     * The namespace that every cluster has for whoever works in it. In kube-system the role {@code edit} is as much as admin, since it may take
     * on the service accounts of Kubernetes' own controllers, so it is given in single namespaces only: in this one here, in others by an
     * admin.
     */
    private static final String OPERATORS_NAMESPACE = "default";

    private static final String BINDING_IN_NAMESPACE = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "RoleBinding",
          "metadata": {"name": "${name}", "namespace": "${namespace}"},
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
                Manifest.of(
                        BINDING_IN_NAMESPACE,
                        Map.of(
                                "name",
                                "garboard:operator",
                                "namespace",
                                OPERATORS_NAMESPACE,
                                "role",
                                "edit",
                                "group",
                                Role.OPERATOR.organization())),
                binding("garboard:operator-views", "view", Role.OPERATOR.organization()),
                binding("garboard:operator-reads", "garboard:cluster-reader", Role.OPERATOR.organization()),
                binding("garboard:operator-nodes", "garboard:node-operator", Role.OPERATOR.organization()),
                binding("garboard:reader", "view", Role.READER.organization()),
                binding("garboard:reader-reads", "garboard:cluster-reader", Role.READER.organization()));
    }

    /** What earlier versions applied and this one takes away: operators could edit everywhere, and so become admins. */
    static List<ObjectNode> withdrawn() {
        return List.of(binding("garboard:operator", "edit", Role.OPERATOR.organization()));
    }

    private static ObjectNode binding(String name, String role, String group) {
        return Manifest.of(BINDING, Map.of("name", name, "role", role, "group", group));
    }
}
