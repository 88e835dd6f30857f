package dev.garboard.agent.kubernetes;

import java.util.ArrayList;

/**
 * What tells one cluster from another, one of the same name included. On a worker, and on a node without data of etcd, a part may be unknown.
 *
 * @param etcdToken that of the cluster's Etcd documents; empty when it is not known
 * @param kubernetesCa SHA-256 of the certificate of its Kubernetes CA, in hexadecimal digits; empty when it is not known
 */
public record ClusterIdentity(String etcdToken, String kubernetesCa) {

    /** Of no cluster, as far as is known. */
    public static final ClusterIdentity NONE = new ClusterIdentity("", "");

    boolean isNone() {
        return equals(NONE);
    }

    /** Whether both cannot be the same cluster. What one of them does not know contradicts nothing. */
    boolean contradicts(ClusterIdentity other) {
        return differ(etcdToken, other.etcdToken) || differ(kubernetesCa, other.kubernetesCa);
    }

    private static boolean differ(String one, String other) {
        return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
    }

    /** This, and of what it does not know the other's. */
    public ClusterIdentity or(ClusterIdentity other) {
        return new ClusterIdentity(
                etcdToken.isEmpty() ? other.etcdToken : etcdToken,
                kubernetesCa.isEmpty() ? other.kubernetesCa : kubernetesCa);
    }

    /** For people. */
    String text() {
        var known = new ArrayList<String>();
        if (!etcdToken.isEmpty()) {
            known.add("etcd token \"" + etcdToken + '"');
        }
        if (!kubernetesCa.isEmpty()) {
            known.add("Kubernetes CA with the SHA-256 " + kubernetesCa);
        }
        return String.join(", ", known);
    }
}
