package dev.garboard.fleet.cluster;

import java.util.Optional;

/** Members of a cluster's etcd, as the server reaches them through the agents. */
@FunctionalInterface
public interface EtcdMembers {

    /**
     * Takes a member out, asking another one.
     *
     * @param through a machine that is a member and stays one
     * @param member that goes; nothing happens when it is none any more
     * @return why that was not possible; empty when it is done
     */
    Optional<String> remove(String through, String member);
}
