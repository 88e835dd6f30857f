package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.net.DnsLookup;
import dev.garboard.agentapi.v1.KubernetesComponent;
import dev.garboard.kubernetes.document.ControlPlane;
import java.util.List;

/**
 * Asks the cluster's name service what every pod asks it, through the same service address: the answer needs CoreDNS, kube-proxy on this
 * node, and the way to the node that CoreDNS runs on.
 */
final class ClusterDnsHealth {

    static final String NAME = "dns";

    /** A datagram may be lost. */
    private static final int ATTEMPTS = 2;

    private ClusterDnsHealth() {}

    static KubernetesComponent of(ControlPlane document) {
        var name = "kubernetes.default.svc." + document.clusterDomain();
        var answer = DnsLookup.resolve(name, "A", List.of(document.clusterDns()));
        for (int i = 1; i < ATTEMPTS && !isRight(answer, document); i++) {
            answer = DnsLookup.resolve(name, "A", List.of(document.clusterDns()));
        }
        var health = KubernetesComponent.newBuilder().setName(NAME).setHealthy(isRight(answer, document));
        return (health.getHealthy() ? health : health.setMessage(trouble(name, answer, document))).build();
    }

    private static boolean isRight(DnsLookup.Answer answer, ControlPlane document) {
        return answer.entries().stream()
                .anyMatch(entry ->
                        entry.data().equals(document.kubernetesService().getHostAddress()));
    }

    static String trouble(String name, DnsLookup.Answer answer, ControlPlane document) {
        var found = answer.entries().isEmpty()
                ? answer.rcode()
                : answer.entries().stream().map(DnsLookup.Entry::data).toList().toString();
        return answer.server() + " was asked for " + name + ": found " + found + ", expected "
                + document.kubernetesService().getHostAddress()
                + "; look at CoreDNS: kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide";
    }
}
