package dev.garboard.agent.kubernetes;

import dev.garboard.kubernetes.document.Cni;

/** What the {@code Cni} document becomes for the plugins and for nftables. */
final class CniConfig {

    static final String TABLE = "garboard_pods";

    private CniConfig() {}

    /** The list of plugins that containerd calls for every pod. */
    static String text(Cni document, String bridge) {
        return """
            {
              "cniVersion": "1.0.0",
              "name": "garboard",
              "plugins": [
                {
                  "type": "bridge",
                  "bridge": "%s",
                  "isGateway": true,
                  "hairpinMode": true,
                  "ipMasq": false,
                  "ipam": {
                    "type": "host-local",
                    "dataDir": "/run/cni",
                    "ranges": [[{"subnet": "%s"}]],
                    "routes": [{"dst": "0.0.0.0/0"}]
                  }
                },
                {
                  "type": "portmap",
                  "backend": "nftables",
                  "capabilities": {"portMappings": true}
                }
              ]
            }
            """.formatted(bridge, document.nodePodCidr());
    }

    /** What leaves the pods' networks takes the node's address: nobody outside knows a way back to a pod. */
    static String masquerade(Cni document) {
        return """
            add table ip %1$s
            delete table ip %1$s
            table ip %1$s {
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr %2$s ip daddr != %3$s ip daddr != 224.0.0.0/4 masquerade
              }
            }
            """.formatted(TABLE, document.nodePodCidr(), document.podCidr());
    }
}
