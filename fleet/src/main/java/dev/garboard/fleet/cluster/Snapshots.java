package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Snapshots of etcd that the server keeps, each under the name of its file. */
interface Snapshots {

    /** What was taken before under that name. */
    Optional<ClusterSnapshot> find(String name) throws IOException;

    /**
     * Takes one. May block for as long as a snapshot takes.
     *
     * @param machines the control planes to ask
     * @param troubles gets why each was not used
     * @return empty when none could be
     */
    Optional<ClusterSnapshot> take(List<String> machines, String name, List<String> troubles)
            throws IOException, InterruptedException;
}
