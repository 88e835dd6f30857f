package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.document.ControlPlane;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The cluster's name service: CoreDNS from the bundle of the node that each replica runs on. */
final class CoreDnsAddOn {

    private static final String ACCOUNT = """
        {
          "apiVersion": "v1",
          "kind": "ServiceAccount",
          "metadata": {"name": "coredns", "namespace": "kube-system"}
        }
        """;

    private static final String ROLE = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRole",
          "metadata": {"name": "garboard:coredns"},
          "rules": [
            {
              "apiGroups": [""],
              "resources": ["endpoints", "services", "pods", "namespaces"],
              "verbs": ["list", "watch"]
            },
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]}
          ]
        }
        """;

    private static final String BINDING = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRoleBinding",
          "metadata": {"name": "garboard:coredns"},
          "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "garboard:coredns"},
          "subjects": [{"kind": "ServiceAccount", "name": "coredns", "namespace": "kube-system"}]
        }
        """;

    private static final String CONFIG = """
        {
          "apiVersion": "v1",
          "kind": "ConfigMap",
          "metadata": {"name": "coredns", "namespace": "kube-system"},
          "data": {"Corefile": "${corefile}"}
        }
        """;

    /** The cluster's own names are in memory anyway; kept answers would only be old ones, above all that there is no such name yet. */
    private static final String COREFILE = """
        .:53 {
            errors
            health {
                lameduck 5s
            }
            ready
            kubernetes DOMAIN in-addr.arpa ip6.arpa {
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
                ttl 30
            }
            prometheus :9153
        FORWARD    cache 30 {
                disable success DOMAIN
                disable denial DOMAIN
            }
            reload
            loadbalance
        }
        """;

    private static final String FORWARD = """
            forward . /etc/resolv.conf {
                max_concurrent 1000
            }
        """;

    private static final String DEPLOYMENT = """
        {
          "apiVersion": "apps/v1",
          "kind": "Deployment",
          "metadata": {"name": "coredns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
          "spec": {
            "replicas": 2,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
            "template": {
              "metadata": {
                "labels": {"k8s-app": "kube-dns"},
                "annotations": {"garboard.dev/kubernetes": "${version}"}
              },
              "spec": {
                "priorityClassName": "system-cluster-critical",
                "serviceAccountName": "coredns",
                "dnsPolicy": "Default",
                "nodeSelector": {"kubernetes.io/os": "linux"},
                "tolerations": [
                  {"key": "CriticalAddonsOnly", "operator": "Exists"},
                  {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
                ],
                "affinity": {
                  "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [{
                      "weight": 100,
                      "podAffinityTerm": {
                        "topologyKey": "kubernetes.io/hostname",
                        "labelSelector": {"matchLabels": {"k8s-app": "kube-dns"}}
                      }
                    }]
                  }
                },
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [{
                  "name": "coredns",
                  "image": "${image}",
                  "imagePullPolicy": "Never",
                  "command": ["/opt/garboard/bin/coredns", "-conf", "/etc/coredns/Corefile"],
                  "resources": {"requests": {"cpu": "50m", "memory": "70Mi"}, "limits": {"memory": "256Mi"}},
                  "ports": [
                    {"name": "dns", "containerPort": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
                    {"name": "metrics", "containerPort": 9153, "protocol": "TCP"}
                  ],
                  "livenessProbe": {
                    "httpGet": {"path": "/health", "port": 8080},
                    "initialDelaySeconds": 30, "timeoutSeconds": 5, "failureThreshold": 5
                  },
                  "readinessProbe": {
                    "httpGet": {"path": "/ready", "port": 8181},
                    "periodSeconds": 2, "timeoutSeconds": 5
                  },
                  "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}
                  },
                  "volumeMounts": [
                    {"name": "programs", "mountPath": "/opt/garboard/bin", "readOnly": true},
                    {"name": "config", "mountPath": "/etc/coredns", "readOnly": true}
                  ]
                }],
                "volumes": [
                  {"name": "programs", "hostPath": {"path": "${programs}", "type": "Directory"}},
                  {"name": "config", "configMap": {"name": "coredns"}}
                ]
              }
            }
          }
        }
        """;

    private static final String SERVICE = """
        {
          "apiVersion": "v1",
          "kind": "Service",
          "metadata": {
            "name": "kube-dns",
            "namespace": "kube-system",
            "labels": {"k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"}
          },
          "spec": {
            "clusterIP": "${address}",
            "selector": {"k8s-app": "kube-dns"},
            "ports": [
              {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
              {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
              {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": 9153}
            ]
          }
        }
        """;

    private CoreDnsAddOn() {}

    /**
     * The objects.
     *
     * @param forwards whether the nodes have a name server to ask for the rest of the world; without one CoreDNS would not start
     */
    static List<ObjectNode> objects(ControlPlane document, AddOnImage image, boolean forwards) {
        var corefile = COREFILE.replace("DOMAIN", document.clusterDomain()).replace("FORWARD", forwards ? FORWARD : "");
        return List.of(
                Manifest.of(ACCOUNT),
                Manifest.of(ROLE),
                Manifest.of(BINDING),
                Manifest.of(CONFIG, Map.of("corefile", corefile)),
                Manifest.of(DEPLOYMENT, image.values()),
                Manifest.of(SERVICE, Map.of("address", document.clusterDns().getHostAddress())));
    }
}
