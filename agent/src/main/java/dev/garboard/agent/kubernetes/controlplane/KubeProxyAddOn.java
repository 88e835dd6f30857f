package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.kubernetes.document.ControlPlane;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Services on every node: kube-proxy in nftables mode, from the node's own bundle. */
final class KubeProxyAddOn {

    private static final String ACCOUNT = """
        {
          "apiVersion": "v1",
          "kind": "ServiceAccount",
          "metadata": {"name": "kube-proxy", "namespace": "kube-system"}
        }
        """;

    private static final String BINDING = """
        {
          "apiVersion": "rbac.authorization.k8s.io/v1",
          "kind": "ClusterRoleBinding",
          "metadata": {"name": "garboard:kube-proxy"},
          "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:node-proxier"},
          "subjects": [{"kind": "ServiceAccount", "name": "kube-proxy", "namespace": "kube-system"}]
        }
        """;

    private static final String CONFIG = """
        {
          "apiVersion": "v1",
          "kind": "ConfigMap",
          "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
          "data": {"config.yaml": "${config}", "kubeconfig": "${kubeconfig}", "protocols": "${protocols}"}
        }
        """;

    /** Limits of connection tracking belong to the node: in a container there is nothing to set. */
    private static final String SETTINGS = """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        kind: KubeProxyConfiguration
        mode: nftables
        clusterCIDR: PODS
        detectLocalMode: ClusterCIDR
        clientConnection:
          kubeconfig: /etc/kube-proxy/kubeconfig
        conntrack:
          maxPerCore: 0
          min: 0
        healthzBindAddress: 0.0.0.0:10256
        metricsBindAddress: 127.0.0.1:10249
        """;

    /** Through the node's own balancer: the service address of the API works only when kube-proxy does. */
    private static final String KUBECONFIG = """
        apiVersion: v1
        kind: Config
        clusters:
        - name: cluster
          cluster:
            server: https://127.0.0.1:6444
            certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
        users:
        - name: kube-proxy
          user:
            tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
        contexts:
        - name: kube-proxy
          context:
            cluster: cluster
            user: kube-proxy
        current-context: kube-proxy
        """;

    /**
     * Where nft finds the names of protocols. A kube-proxy that starts asks nft for the elements that are there, compares them by their text
     * with those that it wants ("tcp", never "6"), and deletes what it does not know: without the names that is every service.
     */
    private static final String PROTOCOLS = """
        icmp 1 ICMP
        tcp 6 TCP
        udp 17 UDP
        ipv6-icmp 58 IPv6-ICMP
        sctp 132 SCTP
        """;

    private static final String DAEMON_SET = """
        {
          "apiVersion": "apps/v1",
          "kind": "DaemonSet",
          "metadata": {"name": "kube-proxy", "namespace": "kube-system", "labels": {"k8s-app": "kube-proxy"}},
          "spec": {
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "selector": {"matchLabels": {"k8s-app": "kube-proxy"}},
            "template": {
              "metadata": {
                "labels": {"k8s-app": "kube-proxy"},
                "annotations": {"garboard.dev/kubernetes": "${version}"}
              },
              "spec": {
                "hostNetwork": true,
                "priorityClassName": "system-node-critical",
                "serviceAccountName": "kube-proxy",
                "nodeSelector": {"kubernetes.io/os": "linux"},
                "tolerations": [{"operator": "Exists"}],
                "terminationGracePeriodSeconds": 5,
                "containers": [{
                  "name": "kube-proxy",
                  "image": "${image}",
                  "imagePullPolicy": "Never",
                  "command": [
                    "/opt/garboard/bin/kube-proxy",
                    "--config=/etc/kube-proxy/config.yaml",
                    "--hostname-override=$(NODE_NAME)"
                  ],
                  "env": [
                    {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                    {"name": "PATH", "value": "/usr/sbin:/usr/bin:/sbin:/bin"}
                  ],
                  "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
                  "securityContext": {"privileged": true},
                  "volumeMounts": [
                    {"name": "programs", "mountPath": "/opt/garboard/bin", "readOnly": true},
                    {"name": "config", "mountPath": "/etc/kube-proxy", "readOnly": true},
                    {"name": "config", "mountPath": "/etc/protocols", "subPath": "protocols", "readOnly": true},
                    {"name": "usr", "mountPath": "/usr", "readOnly": true}
                  ]
                }],
                "volumes": [
                  {"name": "programs", "hostPath": {"path": "${programs}", "type": "Directory"}},
                  {"name": "config", "configMap": {"name": "kube-proxy"}},
                  {"name": "usr", "hostPath": {"path": "/usr", "type": "Directory"}}
                ]
              }
            }
          }
        }
        """;

    private KubeProxyAddOn() {}

    static List<ObjectNode> objects(ControlPlane document, AddOnImage image) {
        var texts = new LinkedHashMap<String, String>();
        texts.put("config", SETTINGS.replace("PODS", document.podCidr().toString()));
        texts.put("kubeconfig", KUBECONFIG);
        texts.put("protocols", PROTOCOLS);
        return List.of(
                Manifest.of(ACCOUNT),
                Manifest.of(BINDING),
                Manifest.of(CONFIG, Map.copyOf(texts)),
                Manifest.of(DAEMON_SET, image.values()));
    }
}
