package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** Which cluster this node's state says that it is of. To be asked where the node's disk is in use: what lies on it counts. */
public interface ClusterMembership {

    /** The cluster; what of it nothing here tells is empty. */
    ClusterIdentity held() throws IOException;

    /**
     * Whose certificate the node's kubelet has when it is not of that CA; empty when it is, and when there is none that can be read.
     *
     * @param ca of the cluster that is asked for
     */
    Optional<String> kubeletOfOtherThan(X509Certificate ca) throws IOException;

    /** Whether there is anything of a cluster here, which may be of an earlier boot. */
    boolean hasState() throws IOException;

    /** Notes that the node has a part in that cluster, before anything of it is written. */
    void join(ClusterIdentity cluster) throws IOException;

    /** Forgets the note: an order was carried out. */
    void leave() throws IOException;
}
